using System.Collections.Frozen;
using Saker.Router.Options;

namespace Saker.Router.Access;

/// <summary>A client that is known, with what it may do.</summary>
internal sealed class Client
{
    private readonly FrozenSet<string> sources;

    public Client(string name, ClientOptions options, TimeProvider clock)
    {
        (Name, Options) = (name, options);
        sources = options.Sources.ToFrozenSet(StringComparer.Ordinal);
        Rate = AlertRate.Of(options.Rate, options.Burst, clock);
    }

    /// <summary>The name under which it is configured.</summary>
    public string Name { get; }

    /// <summary>How it is configured.</summary>
    public ClientOptions Options { get; }

    /// <summary>How many alerts it may send; null without a limit.</summary>
    public AlertRate? Rate { get; }

    /// <summary>Its alerts keep their uuid: it is a router that is known.</summary>
    public bool KeepsUuid => Options.Roles.Contains(ClientRole.Router);

    /// <summary>Whether it may do what a role may.</summary>
    public bool Has(ClientRole role) => Options.Roles.Any(own => own == role || Includes(own, role));

    /// <summary>Whether it may send alerts of a source.</summary>
    public bool MaySend(string source) => sources.Count == 0 || sources.Contains(source);

    private static bool Includes(ClientRole own, ClientRole role) => own switch
    {
        ClientRole.Router => role is ClientRole.Sender,
        ClientRole.Viewer => role is ClientRole.Metrics,
        ClientRole.Operator => role is ClientRole.Viewer or ClientRole.Metrics,
        ClientRole.Admin => role is ClientRole.Operator or ClientRole.Viewer or ClientRole.Metrics,
        _ => false,
    };
}
