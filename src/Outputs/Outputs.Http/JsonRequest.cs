using System.Net.Http.Headers;
using System.Text;

namespace Saker.Outputs.Http;

/// <summary>Requests with a JSON body.</summary>
internal static class JsonRequest
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");

    /// <summary>A request that carries <paramref name="body"/>. User and password in the address become a header, which clients leave to the caller.</summary>
    public static HttpRequestMessage Create(HttpMethod method, Uri url, ReadOnlyMemory<byte> body, bool strict)
    {
        var request = new HttpRequestMessage(method, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.TryAddWithoutValidation("User-Agent", strict ? "Falcosidekick" : "Saker");
        if (url.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        }

        return request;
    }
}
