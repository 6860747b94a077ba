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

    /// <summary>
    /// Takes what shows to be wrong with an option only on an alert, which is delivered without it: the key in lower case, and what is wrong
    /// without secrets. The router says it, now and then.
    /// </summary>
    public Action<string, string> OptionFails { get; init; } = static (_, _) => { };

    /// <summary>Gets the body of each request before it is sent, for whoever looks for a fault; the router shows it at <c>loglevel: debug</c>.</summary>
    public Action<HttpContent> Sending { get; init; } = static _ => { };

    /// <summary>Renders exactly what Falcosidekick renders (<c>strictcompatibility</c>).</summary>
    public bool Strict { get; init; }
}
