namespace Saker.Router.Log;

/// <summary>What a directory outlives.</summary>
internal enum DataPlaceKind : byte
{
    /// <summary>The container or the machine's restart: a volume or a disk.</summary>
    Lasting,

    /// <summary>The process, but perhaps not the container.</summary>
    Temporary,

    /// <summary>The process alone: it is memory.</summary>
    Memory,
}

/// <summary>A directory for the router's data.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Kind">What it outlives.</param>
internal readonly record struct DataPlace(string Path, DataPlaceKind Kind);

/// <summary>Where the router keeps its data when nobody says where.</summary>
internal static class DefaultDataDirectory
{
    /// <summary>The variable that names the directory.</summary>
    public const string Variable = "DATA_DIR";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The places in the order in which they are tried. <c>/dev/shm</c> can be written in containers whose file system is read-only.</summary>
    public static IReadOnlyList<DataPlace> Places { get; } =
    [
        new("/var/lib/saker-router", DataPlaceKind.Lasting),
        new(Path.Combine(Path.GetTempPath(), "saker-router"), DataPlaceKind.Temporary),
        new("/dev/shm/saker-router", DataPlaceKind.Memory),
    ];

    /// <summary>The first place that can be written; memory only where memory is enough. What lies under a folder of everybody's is made.</summary>
    /// <param name="durability">What counts as kept.</param>
    /// <param name="places">The places.</param>
    /// <exception cref="IOException">None can be used; the message says why, and what to do.</exception>
    public static DataPlace Choose(Durability durability, IReadOnlyList<DataPlace> places)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException($"Name the data directory with --data-dir or {Variable}.");
        }

        var reasons = new List<string>();
        foreach (var place in places.Where(place => place.Kind != DataPlaceKind.Memory || durability == Durability.Memory))
        {
            if (Problem(place) is not { } problem)
            {
                return place;
            }

            reasons.Add($"{place.Path} ({problem})");
        }

        var memory = durability == Durability.Memory ? "" : " To run without any disk, set 'delivery.durability: memory': alerts that are not delivered yet are then gone with the process.";
        throw new IOException($"no directory for the alerts can be written: {string.Join(", ", reasons)}. Mount a volume at {places[0].Path}, or name a directory with --data-dir or the variable {Variable}.{memory}");
    }

    /// <summary>The places where a router keeps or kept its data. Makes and writes nothing.</summary>
    public static IEnumerable<DataPlace> Existing(IReadOnlyList<DataPlace> places) => places.Where(static place => DataDirectory.IsOne(place.Path));

    private static string? Problem(DataPlace place)
    {
        try
        {
            if (place.Kind != DataPlaceKind.Lasting && !OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(place.Path, OwnerOnly);

                // The folder above belongs to everybody: a directory that others may enter is not ours to trust.
                var directory = new DirectoryInfo(place.Path);
                if (directory.LinkTarget is not null || (directory.UnixFileMode & ~OwnerOnly) != 0 || !FileOwner.IsThisUser(place.Path))
                {
                    return "it is not this user's alone; remove it";
                }
            }

            using var probe = new FileStream(
                Path.Combine(place.Path, $".probe-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            return "it does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            return "this user may not write there";
        }
        catch (IOException exception)
        {
            return exception.Message.StartsWith("Read-only file system", StringComparison.Ordinal) ? "the file system is read-only" : exception.Message;
        }
    }
}
