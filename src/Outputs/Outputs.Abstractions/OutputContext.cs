namespace Saker.Outputs;

/// <summary>What the router hands to an output instance.</summary>
public sealed record OutputContext
{
    /// <summary>The instance's name: <c>slack</c>, <c>sec-slack</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>
    /// The client for HTTP outputs, made by the router with the instance's TLS options, connection bounds and no redirects.
    /// It belongs to the router and has no time limit of its own: the token of an attempt carries it.
    /// </summary>
    public required HttpClient Http { get; init; }

    /// <summary>Renders exactly what Falcosidekick renders (<c>strictcompatibility</c>).</summary>
    public bool Strict { get; init; }
}
