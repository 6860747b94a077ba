using Saker.Router.Cli;

namespace Saker.Router.Log;

/// <summary>Where the router keeps its data when the command line does not say.</summary>
internal static class DefaultDataDirectory
{
    private const string Usual = "/var/lib/saker-router";

    /// <summary>The usual directory where it can be written, else a fixed one under the temporary folder.</summary>
    /// <param name="isTemporary">True when what is kept there may be gone with the container.</param>
    /// <exception cref="IOException">Somebody else owns the directory under the temporary folder.</exception>
    public static string Find(out bool isTemporary)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Name the data directory with --data-dir.");
        }

        isTemporary = !CanWrite(Usual);
        if (!isTemporary)
        {
            return Usual;
        }

        // The temporary folder belongs to everybody: a directory that others may enter is not ours to trust.
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var fallback = Path.Combine(Path.GetTempPath(), "saker-router");
        Directory.CreateDirectory(fallback, ownerOnly);
        var directory = new DirectoryInfo(fallback);
        if (directory.LinkTarget is not null || (directory.UnixFileMode & ~ownerOnly) != 0 || !FileOwner.IsThisUser(fallback) || !CanWrite(fallback))
        {
            throw new IOException($"The directory '{fallback}' is not this user's alone; remove it, or name another one with --data-dir.");
        }

        return fallback;
    }

    private static bool CanWrite(string directory)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
