using System.Buffers;
using System.Text.Json;
using Saker.Http;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>Several documents in one request, <c>_bulk</c>, whose answer has an outcome for each.</summary>
internal sealed class BulkRequests(ElasticsearchOptions options, bool strict, Cluster cluster, IndexName index)
{
    private const string Path = "/_bulk";

    // 100 bytes a document are enough for an answer without errors; one with errors has some hundred more.
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    private readonly BodyBuffers buffers = new();
    private volatile Knowledge knowledge;

    /// <summary>
    /// True when the server knows these requests: asked once, with a request without documents, to which Elasticsearch and OpenSearch answer that
    /// there are none. Something else that stands in their place, or a key that may only make single documents, would be sent everything twice.
    /// </summary>
    public async ValueTask<bool> AreKnownAsync(CancellationToken cancellationToken)
    {
        if (knowledge != Knowledge.NotAsked)
        {
            return knowledge == Knowledge.Known;
        }

        using var answer = await cluster.SendAsync(HttpMethod.Post, Path, default, cancellationToken);
        if (answer.Status == 0 || HttpStatuses.IsTransient((System.Net.HttpStatusCode)answer.Status))
        {
            return false; // it is asked again
        }

        var says = AnswerJson.Read(await answer.BodyAsync(HttpAnswer.MaxReasonBytes, cancellationToken), static json =>
            json.ValueKind == JsonValueKind.Object && (json.TryGetProperty("errors", out _) || json.TryGetProperty("error", out _)) ? "documents" : null);
        knowledge = says is not null && (answer.IsSuccess || answer.Status == 400) ? Knowledge.Known : Knowledge.Unknown;
        return knowledge == Knowledge.Known;
    }

    /// <summary>The outcome of each document, in their order.</summary>
    public async ValueTask<IReadOnlyList<DeliveryResult>> SendAsync(IReadOnlyList<Document> documents, CancellationToken cancellationToken)
    {
        var results = new DeliveryResult[documents.Count];
        var body = buffers.Take();
        var first = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            var before = body.WrittenCount;
            Write(body, documents[i]);
            if (i > first && body.WrittenCount > options.Batching.BatchSize)
            {
                var isTaken = await SendAsync(body.WrittenMemory[..before], documents, first, i, results, cancellationToken);
                var next = buffers.Take();
                next.Write(body.WrittenSpan[before..]);
                buffers.GiveBack(body, isTaken);
                (body, first) = (next, i);
            }
        }

        buffers.GiveBack(body, await SendAsync(body.WrittenMemory, documents, first, documents.Count, results, cancellationToken));
        return results;
    }

    private void Write(ArrayBufferWriter<byte> body, Document document)
    {
        var json = new GoJsonWriter(body);
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
        body.Write("\n"u8);
        document.WriteTo(body);
        body.Write("\n"u8);
    }

    // True when the server has taken the request.
    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> body, IReadOnlyList<Document> documents, int first, int end, DeliveryResult[] results, CancellationToken cancellationToken)
    {
        using var answer = await cluster.SendAsync(HttpMethod.Post, cluster.WithPipeline(Path), body, cancellationToken);
        if (!answer.IsSuccess)
        {
            var refusal = await answer.ResultAsync(cancellationToken);
            Array.Fill(results, refusal, first, end - first);
            if (refusal.Status == DeliveryStatus.Rejected && end - first > 1)
            {
                // Too large together, or one of them spoils the request.
                var alone = await OneByOne.EachAsync([.. documents.Take(first..end)], SendOneAsync, cancellationToken);
                alone.ToArray().CopyTo(results, first);
            }

            return false;
        }

        if (Read(answer, await answer.BodyAsync(MaxAnswerBytes, cancellationToken), documents, first, end, results) is not { } mended)
        {
            Array.Fill(results, Unread(answer), first, end - first);
            return false;
        }

        foreach (var (position, document) in mended)
        {
            results[position] = await SendOneAsync(document, cancellationToken);
        }

        return true;
    }

    // One that was mended once and still does not fit keeps its refusal.
    private async ValueTask<DeliveryResult> SendOneAsync(Document document, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        Write(body, document);
        using var answer = await cluster.SendAsync(HttpMethod.Post, cluster.WithPipeline(Path), body.WrittenMemory, cancellationToken);
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

    private enum Knowledge : byte
    {
        NotAsked,
        Known,
        Unknown,
    }
}
