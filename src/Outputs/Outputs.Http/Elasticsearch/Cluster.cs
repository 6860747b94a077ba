using System.Net;
using System.Text.Json;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>Requests to the first node of the cluster that can be reached.</summary>
internal sealed class Cluster
{
    private readonly ElasticsearchOptions options;
    private readonly HttpTarget[] nodes;
    private readonly HttpExchange exchange;
    private readonly List<KeyValuePair<string, string>> headers;
    private int first;

    public Cluster(ElasticsearchOptions options, OutputContext context)
    {
        this.options = options;
        nodes = [.. options.HostPort.Select(HttpTarget.Of)];
        exchange = new HttpExchange(ElasticsearchOutput.Descriptor, context, options) { Words = Words, CredentialKey = options.ApiKey.IsEmpty ? "password" : "apikey" };
        headers = [.. BasicAuth.Header(options.Username, options.Password)];
        if (headers.Count == 0 && !options.ApiKey.IsEmpty)
        {
            headers.Add(new("Authorization", $"APIKey {options.ApiKey.Reveal()}"));
        }
    }

    /// <summary>Sends a request; the answer of the last node stands for a cluster of which none can be reached.</summary>
    public async ValueTask<HttpAnswer> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var request = new OutgoingRequest(body) { Method = method, Gzip = options.EnableCompression, Headers = headers };
        for (var tried = 1; ; tried++)
        {
            var node = Volatile.Read(ref first);
            var answer = await exchange.SendAsync(nodes[node].Below(path), request, cancellationToken);
            if (answer.Status != 0 || tried == nodes.Length)
            {
                return answer;
            }

            answer.Dispose();
            Interlocked.CompareExchange(ref first, (node + 1) % nodes.Length, node);
        }
    }

    /// <summary>A path with the pipeline, if there is one.</summary>
    public string WithPipeline(string path) => options.Pipeline.Length == 0 ? path : $"{path}?pipeline={WebUtility.UrlEncode(options.Pipeline)}";

    /// <summary>What an error says: its type and its reason.</summary>
    public static string? ErrorOf(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.String => error.GetString(),
        JsonValueKind.Object => $"{AnswerJson.Text(error, "type")}: {AnswerJson.Text(error, "reason")}",
        _ => null,
    };

    private static VendorWords? Words(int status, string answer) => AnswerJson.Read(answer, static json =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("error", out var error) && ErrorOf(error) is { } text
            ? new VendorWords(text, text.Contains("pipeline", StringComparison.Ordinal) ? "pipeline" : "")
            : null);
}
