namespace Saker.Router.Http;

/// <summary>
/// The paths that one port serves, when <c>tlsserver.notlspaths</c> divides them between two. A path with a meaning of its own that the port
/// does not have is one of all the others there, as in Falcosidekick; without <c>/</c> those are not found.
/// </summary>
internal sealed class PortRoutes(IReadOnlySet<string> served)
{
    /// <summary>Stands for every path without a meaning of its own.</summary>
    public const string Others = "/";

    /// <summary>Paths that can be moved to the other port.</summary>
    public static IReadOnlyList<string> All { get; } = [Others, "/ping", "/healthz", "/test", "/metrics"];

    /// <summary>The API is on the port with TLS, whatever the paths say: its clients show secrets.</summary>
    public bool ServesApi { get; init; }

    /// <summary>What a path means on this port: itself, <see cref="Others"/>, or null for nothing.</summary>
    public string? Find(string path) => served.Contains(path) ? path : !served.Contains(Others) ? null : All.Contains(path) ? Others : path;
}
