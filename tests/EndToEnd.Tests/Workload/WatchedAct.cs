namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Where an act happens, as its cgroup tells.</summary>
public enum Place
{
    /// <summary>Outside of containers.</summary>
    Host,

    /// <summary>In a cgroup that is named like a container's.</summary>
    Container,
}

/// <summary>One thing that somebody does on the stage, and what must come of it.</summary>
/// <param name="Name">Name of the act; its alerts carry it.</param>
/// <param name="Place">Where it happens.</param>
/// <param name="Command">The program and its arguments; <c>/acts/NAME</c> is act.c under that name.</param>
public sealed record WatchedAct(string Name, Place Place, params string[] Command)
{
    /// <summary>Rules of Falco's three files that must fire.</summary>
    public IReadOnlyList<string> Upstream { get; init; } = [];

    /// <summary>Rules of <c>config/rules</c> that must fire.</summary>
    public IReadOnlyList<string> Own { get; init; } = [];

    /// <summary>The name of the process that the alerts must give; empty where it depends on the kernel.</summary>
    public string Process { get; init; } = "";

    /// <summary>
    /// The file or connection that the alerts must name, where the rule tells one; else null. Behind a <c>*</c>, the end of the
    /// name: that of a connection starts with a port that nobody chose.
    /// </summary>
    public string? File { get; init; }

    /// <summary>Other output fields that the alerts must have.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    /// <summary>Variables of its environment, beside the usual ones.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Whether it goes on while others happen.</summary>
    public bool Slow { get; init; }

    /// <summary>An act outside of containers.</summary>
    public static WatchedAct OnHost(string name, params string[] command) => new(name, Place.Host, command);

    /// <summary>An act in a container.</summary>
    public static WatchedAct InContainer(string name, params string[] command) => new(name, Place.Container, command);
}
