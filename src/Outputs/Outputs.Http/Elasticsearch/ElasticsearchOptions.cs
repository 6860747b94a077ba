using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>Options of the Elasticsearch output.</summary>
internal sealed record ElasticsearchOptions : HttpOutputOptions
{
    /// <summary>Addresses of nodes of one cluster, <c>http://host:9200</c>. One that cannot be reached is passed over.</summary>
    [Required, RequestHead]
    public IReadOnlyList<Secret> HostPort { get; init; } = [];

    /// <summary>Name of the index, in front of the suffix; the name of the data stream with <c>datastream</c>.</summary>
    public string Index { get; init; } = "falco";

    /// <summary>Type of document; other than _doc only for Elasticsearch 6.</summary>
    public string Type { get; init; } = "_doc";

    /// <summary>Ends the index's name with the alert's day (daily), month (monthly), year (annually), or nothing (none).</summary>
    public string Suffix { get; init; } = "daily";

    /// <summary>Time zone of the suffix: UTC, or a name like Europe/Berlin.</summary>
    public string SuffixTimeZone { get; init; } = "UTC";

    /// <summary>Writes to a data stream, which has no suffix; an index template with <c>data_stream</c> must be there, or be made with <c>createindextemplate</c>.</summary>
    public bool DataStream { get; init; }

    /// <summary>Ingest pipeline for the documents.</summary>
    public string Pipeline { get; init; } = "";

    /// <summary>API key, as Kibana shows it in base64; user and password go before it.</summary>
    [RequestHead]
    public Secret ApiKey { get; init; } = Secret.None;

    /// <summary>User of basic authentication; counts with <c>password</c>.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password of <c>username</c>.</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>Sends the fields under names with <c>_</c> in place of dots, so that none is an object.</summary>
    public bool FlattenFields { get; init; }

    /// <summary>Makes the index template at the start unless it is there; it flattens fields.</summary>
    public bool CreateIndexTemplate { get; init; }

    /// <summary>Shards of the index template.</summary>
    [Range(1, 1024)]
    public int NumberOfShards { get; init; } = 3;

    /// <summary>Replicas of the index template.</summary>
    [Range(0, 64)]
    public int NumberOfReplicas { get; init; } = 3;

    /// <summary>Component templates that the index template is composed of; they must be there.</summary>
    public IReadOnlyList<string> ComponentTemplates { get; init; } = [];

    /// <summary>Compresses requests.</summary>
    public bool EnableCompression { get; init; }

    /// <summary>Several alerts in one request.</summary>
    public BatchingOptions Batching { get; init; } = new();

    /// <summary>Fields that reach Elasticsearch have no dots.</summary>
    internal bool IsFlat => FlattenFields || CreateIndexTemplate;

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() =>
    [
        .. base.Validate(),
        .. HostPort.SelectMany(static host => UrlCheck.Faults("hostport", host)),
        .. TimeZoneInfo.TryFindSystemTimeZoneById(SuffixTimeZone, out _) ? (IEnumerable<OptionFault>)[] : [new("suffixtimezone", $"'{SuffixTimeZone}' is no time zone of this machine; write a name like Europe/Berlin.")],
    ];
}

/// <summary>Several alerts in one request.</summary>
internal sealed record BatchingOptions
{
    /// <summary>Has alerts wait for others, so that more go in one request (<c>_bulk</c>), each with its own outcome. Without it those go together that wait already, and under strict compatibility each alone.</summary>
    public bool Enabled { get; init; }

    /// <summary>Bytes of a request's body at most; one alert that is larger goes alone.</summary>
    [Range(1, 100 * 1024 * 1024)]
    public int BatchSize { get; init; } = 5 * 1024 * 1024;

    /// <summary>How long the first alert of a request waits for others.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);
}
