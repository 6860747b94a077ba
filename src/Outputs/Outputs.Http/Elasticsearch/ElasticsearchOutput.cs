using Saker.Alerts;

namespace Saker.Outputs.Http.Elasticsearch;

internal sealed class ElasticsearchOutput : IOutput, IOutputFactory<ElasticsearchOptions>
{
    private const int MaxBatch = 2000;

    // Fields of one document that may turn out not to fit the index, each in a request of its own.
    private const int MaxWrongFields = 5;

    private readonly ElasticsearchOptions options;
    private readonly bool strict;
    private readonly Cluster cluster;
    private readonly IndexName index;
    private readonly BulkRequests bulk;

    private ElasticsearchOutput(ElasticsearchOptions options, OutputContext context)
    {
        (this.options, strict) = (options, context.Strict);
        cluster = new Cluster(options, context);
        index = new IndexName(options, context);
        bulk = new BulkRequests(options, strict, cluster, index);
    }

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "elasticsearch",
        Title = "Elasticsearch",
        Summary = "Stores each alert as a document in Elasticsearch or OpenSearch.",
        Documentation = new Uri("https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk"),
        Transport = OutputTransport.Http,
        DecidingKey = "hostport",
        InFalcosidekick = true,
        Statuses = new Dictionary<int, DeliveryStatus> { [409] = DeliveryStatus.Delivered },
        Differences =
        [
            new("Documents have ids that Elasticsearch makes: an alert that is sent again is there twice.", "The alert's id is the document's; one that is there already is delivered."),
            new("The day in the index's name is this machine's, in its time zone.", "It is the alert's own, in UTC or `suffixtimezone`; the present day for an alert that is more than 30 days old or a day ahead."),
            new("A field that does not fit the index is left out, with `@timestamp`.", "It is kept as text in `unindexed`; more fields than one are mended; under strict compatibility the time stays too."),
            new("Without `batching.enabled`, sends one document a request.", "Sends those that wait already in one request, where the server knows `_bulk`; `batching.enabled` has them wait for others."),
            new("Items of `_bulk` that failed count as delivered.", "Each has its own outcome; under strict compatibility too."),
            new("Requests for the index template carry neither credentials nor `customheaders`, and `numberofreplicas: 0` makes 3.", "They carry them, and 0 is 0; under strict compatibility too."),
            new("When the template is refused, the output is off.", "Its alerts wait, and the refusal is told with the server's words; under strict compatibility too."),
            new("Of two fields whose names are one without dots, any stays.", "The first stays; the other has `_2` behind its name."),
            new("An unknown word in `suffix` is daily.", "Does not start, and names the words that `suffix` takes."),
        ],
    };

    public static BatchLimits Batch(ElasticsearchOptions options) =>
        new(MaxBatch, options.Batching.BatchSize, options.Batching.Enabled ? options.Batching.FlushInterval : TimeSpan.Zero);

    public static IOutput Create(ElasticsearchOptions options, OutputContext context)
    {
        OptionWords.Require("suffix", options.Suffix, context.Strict, "daily", "monthly", "annually", "none");
        return new ElasticsearchOutput(options, context);
    }

    public async ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!options.CreateIndexTemplate)
        {
            return DeliveryResult.Delivered;
        }

        var path = $"/_index_template/{Uri.EscapeDataString(options.Index)}";
        using (var present = await cluster.SendAsync(HttpMethod.Get, path, default, cancellationToken))
        {
            if (present.Status != 404)
            {
                return await present.ResultAsync(cancellationToken);
            }
        }

        using var made = await cluster.SendAsync(HttpMethod.Put, path, IndexTemplate.Body(options, index.Pattern), cancellationToken);
        return await made.ResultAsync(cancellationToken);
    }

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        if (!options.Batching.Enabled && (alerts.Count == 1 || strict || !await bulk.AreKnownAsync(cancellationToken)))
        {
            return BatchResult.Each(await OneByOne.EachAsync(alerts, (alert, token) => SendAsync(Document.Of(alert, strict, options.IsFlat), token), cancellationToken));
        }

        var documents = alerts.Select(alert => Document.Of(alert, strict, options.IsFlat)).ToList();
        return BatchResult.Each(await bulk.SendAsync(documents, cancellationToken));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<DeliveryResult> SendAsync(Document document, CancellationToken cancellationToken)
    {
        for (var wrong = 0; ; wrong++)
        {
            using var answer = await cluster.SendAsync(HttpMethod.Post, cluster.WithPipeline(Path(document)), document.ToJson(), cancellationToken);
            var result = await answer.ResultAsync(cancellationToken);
            if (answer.Status != 400 || wrong == MaxWrongFields || document.WithoutField(result.Reason) is not { } rest)
            {
                return result;
            }

            document = rest;
        }
    }

    private string Path(Document document)
    {
        var name = Uri.EscapeDataString(index.For(document.Time));
        return strict ? $"/{name}/{options.Type}"
            : options.Type == "_doc" ? $"/{name}/_create/{document.Id}"
            : $"/{name}/{options.Type}/{document.Id}/_create";
    }
}
