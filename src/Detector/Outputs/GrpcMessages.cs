namespace Saker.Detector.Outputs;

/// <summary>What Falco's former gRPC server says. Numbers 1220 to 1229; never reused.</summary>
internal static partial class GrpcMessages
{
    [LoggerMessage(1220, LogLevel.Information, "Alerts are served over gRPC at {Address}.")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(1221, LogLevel.Error, "Alerts cannot be served over gRPC at {Address} (grpc.bind_address): {Reason} ({Count} attempts since this was told last)")]
    public static partial void CannotListen(ILogger logger, string address, string reason, long count);

    [LoggerMessage(1222, LogLevel.Warning, "grpc_output is enabled and grpc is not: nobody can fetch alerts; set grpc.enabled.")]
    public static partial void NoServer(ILogger logger);

    [LoggerMessage(1223, LogLevel.Warning, "grpc is enabled and grpc_output is not: nothing is served; set grpc_output.enabled.")]
    public static partial void NothingToServe(ILogger logger);
}
