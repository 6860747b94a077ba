using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Hosting;

/// <summary>What a start would fail at though the configuration reads well: files and folders that it names. Nothing is made or begun.</summary>
internal static class StartChecks
{
    /// <summary>All faults, each with its key and cure.</summary>
    public static IReadOnlyList<string> FaultsOf(DetectorConfiguration configuration)
    {
        var options = configuration.Options;
        string?[] faults =
        [
            Fault(options.HttpOutput.Enabled, () => ClientTls.Of(options.HttpOutput, "http_output", configuration.Resolve)),
            Fault(options.RouterOutput is { Enabled: true, IsTls: true }, () => ClientTls.Of(options.RouterOutput, "router_output", configuration.Resolve)),
            Fault(options.Grpc.Enabled && options.GrpcOutput.Enabled && options.Grpc.SocketPath is null, () => GrpcOutput.Certificates(options.Grpc, configuration.Resolve)),
            Fault(options.FileOutput.Enabled, () => RefuseFolder("file_output.filename", configuration.Resolve(options.FileOutput.Filename))),
            Fault(options.OutputsSpool.Enabled, () => OutputAssembly.CheckFolder(configuration, mayMake: false)),
            Fault(!options.Engine.IsLive, () => CheckCapture(configuration.Resolve(options.Engine.Replay.CaptureFile))),
        ];
        return [.. faults.OfType<string>().Select(configuration.Placed)];
    }

    /// <summary>Why there will be no page for health and metrics, without which the detector watches all the same; null when there will be.</summary>
    public static string? FaultOfPage(DetectorConfiguration configuration)
    {
        var options = configuration.Options.Webserver;
        var fault = Fault(options is { Enabled: true, SslEnabled: true }, () => WebServer.ReadCertificate(configuration.Resolve(options.SslCertificate)).Dispose());
        return fault is null ? null : configuration.Placed(fault);
    }

    private static string? Fault(bool isWanted, Action check)
    {
        try
        {
            if (isWanted)
            {
                check();
            }

            return null;
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }

    private static void CheckCapture(string path)
    {
        const string key = "engine.replay.capture_file";
        RefuseFolder(key, path);
        if (!File.Exists(path))
        {
            throw new IOException($"{key}: There is no file '{path}'; name a capture.");
        }
    }

    private static void RefuseFolder(string key, string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{key}: '{path}' is a folder; name a file.");
        }
    }
}
