using Google.Protobuf;
using Grpc.Core;
using Saker.Router.Telemetry;

namespace Saker.Router.Http;

/// <summary>
/// Takes what Kestrel logs in the place of the program's own log: some of it is a refusal to count, the rest is said in one limited
/// line for each kind, without the stack traces that Kestrel adds for every broken sender.
/// </summary>
internal sealed class KestrelLog(Refusals refusals, LimitedLog limited, ILogger logger) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Category(this, LeastOf(categoryName));

    public void AddProvider(ILoggerProvider provider)
    {
        // There is one way only.
    }

    public void Dispose()
    {
    }

    private static LogLevel LeastOf(string category) =>
        category.EndsWith(".BadRequests", StringComparison.Ordinal) || category.EndsWith(".Http2", StringComparison.Ordinal) || category.Contains("Https", StringComparison.Ordinal) ? LogLevel.Debug
        : category.StartsWith("Grpc.", StringComparison.Ordinal) ? LogLevel.Information
        : LogLevel.Warning;

    // The names are Kestrel's. It, and what speaks gRPC on top of it, say the first of them below the level of a warning.
    private void Take(string name, bool isWarning, Exception? exception, Func<string> text)
    {
        switch (name)
        {
            case "ConnectionBadRequest":
                refusals.CountConnection("malformed request", $"malformed request: {WithoutData(exception?.Message ?? "not HTTP")}");
                break;
            case "AuthenticationFailed":
                refusals.CountConnection("TLS handshake failed", "the TLS handshake failed: the sender speaks no TLS, or the two sides do not accept each other's certificates or versions");
                break;
            case "AuthenticationTimedOut":
                refusals.CountConnection("TLS handshake too slow", "the TLS handshake did not end in time");
                break;
            case "ConnectionRejected":
                refusals.CountConnection("too many connections", "there are as many connections as http.maxconnections allows");
                break;
            case "Http2ConnectionError" or "HPackDecodingError":
                refusals.CountConnection("malformed request", $"malformed HTTP/2: {WithoutData(exception?.Message ?? "not HTTP/2")}");
                break;
            case "ErrorReadingMessage" when exception is RpcException reading:
                refusals.CountConnection(ReasonOf(reading), $"a gRPC message cannot be read: {WithoutData(reading.Status.Detail)}");
                break;
            case "ErrorReadingMessage" when exception is InvalidProtocolBufferException:
                refusals.CountConnection("malformed request", "a gRPC message cannot be read: it is no message of its type");
                break;
            case "RpcConnectionError" or "ErrorReadingMessage" or "ErrorExecutingServiceMethod" when exception is RpcException or OperationCanceledException or IOException or InvalidProtocolBufferException:
                break; // an answer of ours, the end of a call, or what is counted above
            case "RequestBodyDrainBodyReaderInvalidState":
                break; // follows a body that did not come in time, which is counted already
            case "ApplicationError":
                limited.Say($"{name} {exception?.GetType().Name}", count => IngestMessages.Failed(logger, exception, count));
                break;
            case "HeartbeatSlow":
                limited.Say(name, count => IngestMessages.HeldUp(logger, count));
                break;
            default:
                if (isWarning && exception is IOException or OperationCanceledException)
                {
                    refusals.CountConnection("connection lost", "the connection was lost");
                }
                else if (isWarning)
                {
                    limited.Say($"{name} {exception?.GetType().Name}", count => IngestMessages.Says(logger, count, text()));
                }

                break;
        }
    }

    // Who is asked to come again has a good message; there is no room for it.
    private static string ReasonOf(RpcException reading) =>
        reading.StatusCode != StatusCode.ResourceExhausted ? "malformed request" : reading.Trailers.Count > 0 ? "no memory" : "body too large";

    // What was sent stands in quotes at the end of Kestrel's sentences, and may be a secret.
    private static string WithoutData(string message) => message.Split('\'')[0].TrimEnd(' ', ':', '.');

    private sealed class Category(KestrelLog owner, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= least)
            {
                owner.Take(eventId.Name ?? "", logLevel >= LogLevel.Warning, exception, () => $"{formatter(state, null)} {exception?.Message}".TrimEnd());
            }
        }
    }
}
