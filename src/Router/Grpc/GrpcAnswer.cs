using System.Globalization;
using Grpc.Core;
using Saker.Router.Access;
using Saker.Router.Ingest;

namespace Saker.Router.Grpc;

/// <summary>What is answered over HTTP with a status and <c>Retry-After</c>, in gRPC's words.</summary>
internal static class GrpcAnswer
{
    // What gRPC's own retries go by (gRFC A6), and the same for people and for clients that know HTTP.
    private const string Pushback = "grpc-retry-pushback-ms";
    private const string RetryAfter = "retry-after";

    /// <summary>A sender that is not let in.</summary>
    public static RpcException Of(Denial denial) => denial.Kind switch
    {
        DenialKind.Unknown => Exception(StatusCode.Unauthenticated, denial.Sentence),
        DenialKind.NotAllowed => Exception(StatusCode.PermissionDenied, denial.Sentence),
        DenialKind.TooMany => Exception(StatusCode.ResourceExhausted, denial.Sentence, denial.RetryAfter),
        _ => throw new System.Diagnostics.UnreachableException($"The denial {(int)denial.Kind} is not known."),
    };

    /// <summary>An alert that was not stored.</summary>
    public static RpcException Of(IntakeResult result) => result.Status switch
    {
        IntakeStatus.Invalid or IntakeStatus.TooLarge => Exception(StatusCode.InvalidArgument, result.Reason),
        IntakeStatus.NotAllowed => Exception(StatusCode.PermissionDenied, result.Reason),
        IntakeStatus.Circle => Exception(StatusCode.FailedPrecondition, result.Reason),
        IntakeStatus.Refused => Exception(
            result.Reason == AlertIntake.Stopping ? StatusCode.Unavailable : StatusCode.ResourceExhausted,
            $"The alert cannot be kept at present ({result.Reason}); please send it again",
            result.RetryAfter),
        _ => throw new System.Diagnostics.UnreachableException($"The intake status {(int)result.Status} is no refusal."),
    };

    /// <summary>A message for which there is no memory.</summary>
    public static RpcException NoMemory() => Exception(StatusCode.ResourceExhausted, "There are too many bytes of alerts at once (http.maxbufferedbytes); please send them again", TimeSpan.FromSeconds(1));

    /// <summary>The end of a stream of a router that stops.</summary>
    public static RpcException Stopping() => Exception(StatusCode.Unavailable, "The router stops; what was stored is acknowledged, please send the rest again", TimeSpan.FromSeconds(1));

    private static RpcException Exception(StatusCode code, string sentence, TimeSpan after = default)
    {
        var trailers = new Metadata();
        if (after > TimeSpan.Zero)
        {
            trailers.Add(Pushback, Math.Ceiling(after.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
            trailers.Add(RetryAfter, Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        return new RpcException(new Status(code, sentence), trailers);
    }
}
