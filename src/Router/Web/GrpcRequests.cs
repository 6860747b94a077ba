namespace Saker.Router.Web;

/// <summary>Tells calls of gRPC from other requests.</summary>
internal static class GrpcRequests
{
    private const string ContentType = "application/grpc"; // also application/grpc+proto; what else begins so is refused by gRPC itself

    /// <summary>Whether a request is a call. One comparison for those of HTTP/1.1.</summary>
    public static bool Contain(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase);
}
