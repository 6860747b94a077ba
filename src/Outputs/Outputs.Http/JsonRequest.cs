using System.Net.Http.Headers;

namespace Saker.Outputs.Http;

/// <summary>Requests with a JSON body.</summary>
internal static class JsonRequest
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");

    /// <summary>A request that carries <paramref name="body"/>.</summary>
    public static HttpRequestMessage Create(HttpMethod method, Uri url, ReadOnlyMemory<byte> body, bool strict)
    {
        var request = new HttpRequestMessage(method, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.TryAddWithoutValidation("User-Agent", strict ? "Falcosidekick" : "Saker");
        return request;
    }
}
