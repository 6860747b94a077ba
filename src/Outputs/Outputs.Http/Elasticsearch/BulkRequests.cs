using System.Buffers;
using System.Text.Json;
using Saker.Http;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>Several documents in one request, <c>_bulk</c>, whose answer has an outcome for each.</summary>
/// <param name="options">The instance's options.</param>
/// <param name="strict">As Falcosidekick.</param>
/// <param name="cluster">Where to.</param>
/// <param name="index">Which index.</param>
/// <param name="alone">Sends a document without <c>_bulk</c>, where nobody has asked for it and the server need not know it; null to have all go this way.</param>
internal sealed class BulkRequests(
    ElasticsearchOptions options, bool strict, Cluster cluster, IndexName index, Func<Document, CancellationToken, ValueTask<DeliveryResult>>? alone)
{
    private const string Path = "/_bulk";

    // 100 bytes a document are enough for an answer without errors; one with errors has some hundred more.
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    /// <summary>The outcome of each document, in their order.</summary>
    public async ValueTask<IReadOnlyList<DeliveryResult>> SendAsync(IReadOnlyList<Document> documents, CancellationToken cancellationToken)
    {
        var results = new DeliveryResult[documents.Count];
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        var first = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            var lines = Lines(documents[i]);
            if (i > first && body.WrittenCount + lines.Length > options.Batching.BatchSize)
            {
                await SendAsync(body.WrittenMemory, documents, first, i, results, cancellationToken);
                body = new ArrayBufferWriter<byte>(16 * 1024);
                first = i;
            }

            body.Write(lines.Span);
        }

        await SendAsync(body.WrittenMemory, documents, first, documents.Count, results, cancellationToken);
        return results;
    }

    private ReadOnlyMemory<byte> Lines(Document document)
    {
        var lines = new ArrayBufferWriter<byte>(1024);
        var json = new GoJsonWriter(lines);
        json.BeginObject();
        json.Name("create");
        json.BeginObject();
        json.Name("_index");
        json.Text(index.For(document.Time));
        if (!strict)
        {
            json.Name("_id");
            json.Text(document.Id.ToString());
        }

        json.EndObject();
        json.EndObject();
        lines.Write("\n"u8);
        lines.Write(document.ToJson().Span);
        lines.Write("\n"u8);
        return lines.WrittenMemory;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> body, IReadOnlyList<Document> documents, int first, int end, DeliveryResult[] results, CancellationToken cancellationToken)
    {
        using var answer = await cluster.SendAsync(HttpMethod.Post, cluster.WithPipeline(Path), body, cancellationToken);
        if (!answer.IsSuccess)
        {
            var refusal = await answer.ResultAsync(cancellationToken);
            Array.Fill(results, refusal, first, end - first);
            if (refusal.Status == DeliveryStatus.Rejected && end - first > 1 || refusal.Status == DeliveryStatus.Blocked && alone is not null)
            {
                // Too large together, or one of them spoils the request, or this server has no _bulk.
                await SendAloneAsync(documents, first, end, results, cancellationToken);
            }

            return;
        }

        if (Read(answer, await answer.BodyAsync(MaxAnswerBytes, cancellationToken), documents, first, end, results) is not { } mended)
        {
            Array.Fill(results, Unread(answer), first, end - first);
            if (alone is not null)
            {
                await SendAloneAsync(documents, first, end, results, cancellationToken);
            }

            return;
        }

        foreach (var (position, document) in mended)
        {
            results[position] = await SendOneAsync(document, cancellationToken);
        }
    }

    // After one that is to be tried again the rest is not tried either, so that the order stays.
    private async ValueTask SendAloneAsync(IReadOnlyList<Document> documents, int first, int end, DeliveryResult[] results, CancellationToken cancellationToken)
    {
        for (var i = first; i < end; i++)
        {
            results[i] = await (alone ?? SendOneAsync)(documents[i], cancellationToken);
            if (results[i].Status is DeliveryStatus.Retry or DeliveryStatus.Blocked)
            {
                Array.Fill(results, results[i], i, end - i);
                return;
            }
        }
    }

    // One that was mended once and still does not fit keeps its refusal.
    private async ValueTask<DeliveryResult> SendOneAsync(Document document, CancellationToken cancellationToken)
    {
        using var answer = await cluster.SendAsync(HttpMethod.Post, cluster.WithPipeline(Path), Lines(document), cancellationToken);
        if (!answer.IsSuccess)
        {
            return await answer.ResultAsync(cancellationToken);
        }

        var result = new DeliveryResult[1];
        return Read(answer, await answer.BodyAsync(MaxAnswerBytes, cancellationToken), [document], 0, 1, result) is null
            ? Unread(answer)
            : result[0];
    }

    private static DeliveryResult Unread(HttpAnswer answer) => answer.Refusal(DeliveryStatus.Retry, "its answer does not say what became of each document");

    /// <summary>Reads the items of an answer; gives the documents that may fit once a field is taken out, and null when it does not say what became of each.</summary>
    private static List<(int Position, Document Document)>? Read(HttpAnswer answer, ReadOnlyMemory<byte> body, IReadOnlyList<Document> documents, int first, int end, DeliveryResult[] results)
    {
        var mended = new List<(int, Document)>();
        return AnswerJson.Read(body, json =>
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.False)
            {
                Array.Fill(results, DeliveryResult.Delivered, first, end - first);
                return mended;
            }

            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array || items.GetArrayLength() < end - first)
            {
                return null;
            }

            var position = first;
            foreach (var item in items.EnumerateArray().Take(end - first))
            {
                var reason = "";
                results[position] = OutcomeOf(answer, item, ref reason);
                if (results[position].Status == DeliveryStatus.Rejected && documents[position].WithoutField(reason) is { } rest)
                {
                    mended.Add((position, rest));
                }

                position++;
            }

            return mended;
        });
    }

    private static DeliveryResult OutcomeOf(HttpAnswer answer, JsonElement item, ref string reason)
    {
        var outcome = item.ValueKind == JsonValueKind.Object ? item.EnumerateObject().FirstOrDefault().Value : default;
        var status = outcome.ValueKind == JsonValueKind.Object && outcome.TryGetProperty("status", out var number) && number.TryGetInt32(out var known) ? known : 0;
        if (status is (>= 200 and < 300) or 409)
        {
            return DeliveryResult.Delivered;
        }

        reason = (outcome.ValueKind == JsonValueKind.Object && outcome.TryGetProperty("error", out var error) ? Cluster.ErrorOf(error) : null) ?? "no reason given";
        return answer.Refusal(
            status == 0 || HttpStatuses.IsTransient((System.Net.HttpStatusCode)status) ? DeliveryStatus.Retry : status is 401 or 403 or 404 ? DeliveryStatus.Blocked : DeliveryStatus.Rejected,
            reason, status);
    }
}
