using Saker.Outputs.Transports;

namespace Saker.Outputs;

/// <summary>What the router hands to an output instance.</summary>
public sealed record OutputContext
{
    /// <summary>The instance's name: <c>slack</c>, <c>sec-slack</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the instance's keys stand: <c>slack</c>, <c>outputs.sec-slack</c>. For words that say which key to look at.</summary>
    public required string Path { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Time that one attempt has; for clients that must know beforehand how long they may try.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The ways out of this machine, with the instance's certificates and proxy. They belong to the router.</summary>
    public required OutputTransports Transports { get; init; }

    /// <summary>The names of the custom and templated fields, for destinations that must know them beforehand (<see cref="OutputDescriptor.NamesAddedFields"/>).</summary>
    public IReadOnlyList<string> AddedFields { get; init; } = [];

    /// <summary>
    /// Takes what shows to be wrong with an option only on an alert, which is delivered without it: the key in lower case, and what is wrong
    /// without secrets. The router says it, now and then.
    /// </summary>
    public Action<string, string> OptionFails { get; init; } = static (_, _) => { };

    /// <summary>Gets the body of each request before it is sent, for whoever looks for a fault; the router shows it at <c>loglevel: debug</c>.</summary>
    public Action<ReadOnlyMemory<byte>> Sending { get; init; } = static _ => { };

    /// <summary>
    /// The value of a variable of the environment; null when it is not set. For those that a vendor's own programs read, as AWS_ACCESS_KEY_ID:
    /// what has a key has its variable anyway.
    /// </summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>What this router calls itself towards others (<see cref="Saker.Alerts.AlertWay"/>).</summary>
    public string Router { get; init; } = "router";

    /// <summary>Renders exactly what Falcosidekick renders (<c>strictcompatibility</c>).</summary>
    public bool Strict { get; init; }
}
