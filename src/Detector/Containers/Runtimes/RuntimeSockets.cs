using Saker.Detector.Configuration;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>The programs that can be asked.</summary>
internal enum RuntimeEngine
{
    Docker,
    Podman,
    Cri,
    Containerd,
}

/// <summary>A socket that is there, and who is asked by it.</summary>
/// <param name="Engine">Who is asked.</param>
/// <param name="Path">Where the socket is.</param>
internal readonly record struct RuntimeSocket(RuntimeEngine Engine, string Path);

/// <summary>
/// Where runtimes can be asked. What is there is looked at anew each time, so that a runtime that starts later is found; that costs one
/// look at the file system for each configured path.
/// </summary>
internal sealed class RuntimeSockets
{
    // Who has more users with Podman than that has no need of all of them.
    private const int MostMatches = 256;

    private static readonly ContainerEnginesOptions usual = new();

    private readonly List<(RuntimeEngine Engine, string Path)> places;
    private readonly HashSet<string> usualPaths;

    /// <param name="options">Which engines, and their sockets.</param>
    /// <param name="hostRoot">Where the machine's files are, put before each path; empty outside a container.</param>
    public RuntimeSockets(ContainerEnginesOptions options, string hostRoot)
    {
        var root = hostRoot.TrimEnd('/');
        places = [.. Chosen(RuntimeEngine.Docker, options.Docker), .. Chosen(RuntimeEngine.Podman, options.Podman), .. Chosen(RuntimeEngine.Cri, options.Cri), .. Chosen(RuntimeEngine.Containerd, options.Containerd)];
        usualPaths = [.. new SocketEngineOptions[] { usual.Docker, usual.Podman, usual.Cri, usual.Containerd }.SelectMany(static engine => engine.Sockets).Select(socket => root + socket)];

        IEnumerable<(RuntimeEngine, string)> Chosen(RuntimeEngine engine, SocketEngineOptions chosen) =>
            chosen.Enabled && !options.Static.Enabled ? chosen.Sockets.Select(socket => (engine, root + socket)).Distinct() : [];
    }

    /// <summary>The sockets that are there now.</summary>
    public IReadOnlyList<RuntimeSocket> Find()
    {
        var found = new List<RuntimeSocket>();
        foreach (var (engine, path) in places)
        {
            found.AddRange(Matches(path).Select(match => new RuntimeSocket(engine, match)));
        }

        return found;
    }

    /// <summary>The places that somebody chose, other than the usual ones, where there is no socket.</summary>
    public IReadOnlyList<string> FindMissing() =>
        [.. places.Select(static place => place.Path).Where(path => !usualPaths.Contains(path) && !Matches(path).Any()).Distinct(StringComparer.Ordinal)];

    // One star in place of a folder's name.
    private static IEnumerable<string> Matches(string path)
    {
        const string Star = "/*/";
        var star = path.IndexOf(Star, StringComparison.Ordinal);
        if (star < 0)
        {
            return File.Exists(path) ? [path] : [];
        }

        var (folder, rest) = (path[..star], path[(star + Star.Length)..]);
        try
        {
            return [.. Directory.EnumerateDirectories(folder.Length == 0 ? "/" : folder).Take(MostMatches).Order(StringComparer.Ordinal).Select(inner => Path.Combine(inner, rest)).Where(File.Exists)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
