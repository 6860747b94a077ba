namespace Saker.Outputs;

/// <summary>How an output reaches its destination; the test kit chooses its facts by it.</summary>
public enum OutputTransport : byte
{
    /// <summary>Inside this machine: a stream or a file.</summary>
    Local,

    /// <summary>HTTP requests.</summary>
    Http,

    /// <summary>A socket with a protocol of its own.</summary>
    Socket,

    /// <summary>A message broker through its client library.</summary>
    Messaging,

    /// <summary>A database through its client library.</summary>
    Sql,

    /// <summary>None: it is asked and does not send.</summary>
    Scraped,
}

/// <summary>What "delivered" means.</summary>
public enum DeliveryGuarantee : byte
{
    /// <summary>The destination has confirmed it.</summary>
    Confirmed,

    /// <summary>It has left this machine; nobody tells whether it arrived.</summary>
    Sent,
}

/// <summary>What an output is and can do. Tests and docs read it; nobody overrides it.</summary>
public sealed record OutputDescriptor
{
    /// <summary>The type as configuration names it, in lower case: <c>slack</c>, <c>aws.sns</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The product's name: <c>Slack</c>.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence for the reference: what arrives where.</summary>
    public required string Summary { get; init; }

    /// <summary>The vendor's page on the interface used.</summary>
    public Uri? Documentation { get; init; }

    /// <summary>How it reaches its destination.</summary>
    public required OutputTransport Transport { get; init; }

    /// <summary>The key whose value decides that the output is configured: <c>webhookurl</c>. Empty or absent: off.</summary>
    public required string DecidingKey { get; init; }

    /// <summary>What "delivered" means.</summary>
    public DeliveryGuarantee Guarantee { get; init; }

    /// <summary>Its client waits in the calling thread: the router calls it where that holds up no socket (decision 0044).</summary>
    public bool Blocks { get; init; }

    /// <summary>Statuses of HTTP that this destination means otherwise than most: 409 for a document that is there already.</summary>
    public IReadOnlyDictionary<int, DeliveryStatus> Statuses { get; init; } = new Dictionary<int, DeliveryStatus>();

    /// <summary>It uses the names of custom and templated fields (<see cref="OutputContext.AddedFields"/>): when they change, it is made anew.</summary>
    public bool NamesAddedFields { get; init; }

    /// <summary>True for outputs that Falcosidekick has under the same name, whose top-level section is an instance.</summary>
    public bool InFalcosidekick { get; init; }

    /// <summary>Where its payload or its options differ from Falcosidekick's, beside what holds for all outputs.</summary>
    public IReadOnlyList<OutputDifference> Differences { get; init; } = [];
}

/// <summary>One fault of Falcosidekick's, and what comes in its place.</summary>
/// <param name="Falcosidekick">What Falcosidekick does, and this output under <c>strictcompatibility</c>.</param>
/// <param name="Saker">What this output does otherwise.</param>
public sealed record OutputDifference(string Falcosidekick, string Saker);
