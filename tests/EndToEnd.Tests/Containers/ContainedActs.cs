using Saker.EndToEnd.Tests.Workload;
using static Saker.EndToEnd.Tests.Workload.WatchedAct;

namespace Saker.EndToEnd.Tests.Containers;

/// <summary>What is done in a container of a real engine, and the rules that cannot fire there.</summary>
internal static class ContainedActs
{
    /// <summary>The start of the container itself.</summary>
    public const string Start = "start-container";

    // Rules for which an engine must have told of the container, beside those that the acts have anyway.
    private static readonly IReadOnlyList<WatchedAct> more =
    [
        InContainer(Start) with { Upstream = ["Launch Privileged Container", "Launch Disallowed Container"] },
        InContainer("mount") with { Upstream = ["Mount Launched in Privileged Container"] },
        InContainer("debug-files", "/acts/debugfs") with { Upstream = ["Debugfs Launched in Privileged Container"] },
    ];

    /// <summary>A rule file that has rules fire that are delivered for nobody to fire.</summary>
    public const string NothingIsAllowed = """
        - macro: allowed_containers
          condition: (container.image.repository = "somebody/else")

        """;

    /// <summary>Rules that cannot fire in a container, or not here, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } = new Dictionary<string, string>
    {
        ["Contact K8S API Server From Container"] = "needs the name of an address, which is looked up only with address_names.enabled, and by a DNS that is not here",
        ["Detect outbound connections to common miner pool ports"] = "needs the name of an address as well",
        ["Kernel module loaded from a container"] = "needs a module built for this very kernel: a call that fails is not enough for it",
        ["Launch Suspicious Network Tool on Host"] = "asks for the host",
        ["Netcat/Socat Remote Code Execution on Host"] = "asks for the host",
        ["Network Connection outside Local Subnet"] = "needs the Kubernetes namespace of a pod, and a list of namespaces that is delivered empty",
        ["User mgmt binaries"] = "asks for the host",
    };

    /// <summary>The acts that are run; all that the workload has, and some more.</summary>
    public static IReadOnlyList<WatchedAct> Run { get; } = [.. Workload.Workload.Suspicious, .. more.Where(static act => act.Command.Length > 0)];

    /// <summary>The acts and the rules that must fire.</summary>
    public static IEnumerable<(string Act, string Rule)> Fired(Func<WatchedAct, IReadOnlyList<string>> rules) =>
        Workload.Workload.Suspicious.Concat(more).SelectMany(act => rules(act).Select(rule => (act.Name, rule)));
}
