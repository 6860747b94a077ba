using Saker.Http;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>The way to a runtime: its Unix socket, for HTTP of either version.</summary>
internal static class UnixSocket
{
    /// <summary>A handler whose connections all go there.</summary>
    public static SocketsHttpHandler Handler(string path, TimeSpan patience) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = patience,
        MaxResponseHeadersLength = 64,
        ConnectCallback = (_, cancellationToken) => UnixConnection.OpenAsync(path, cancellationToken),
    };
}
