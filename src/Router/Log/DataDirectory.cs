using System.Globalization;

namespace Saker.Router.Log;

/// <summary>The router's data directory, held by this process alone until disposed.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";
    private const string ProcessName = "lock.pid";

    // What flock says when another holds the lock: EWOULDBLOCK, on Linux and elsewhere.
    private const int LockHeld = 11;
    private const int LockHeldElsewhere = 35;

    private readonly FileStream held;

    private DataDirectory(string path, IDataFiles files, FileStream held)
    {
        Root = path;
        Files = files;
        this.held = held;
    }

    /// <summary>The directory itself.</summary>
    public string Root { get; }

    /// <summary>The file operations to use in it.</summary>
    public IDataFiles Files { get; }

    /// <summary>Segments of the alert log.</summary>
    public string Log => Path.Combine(Root, "log");

    /// <summary>Positions of the output instances.</summary>
    public string Cursors => Path.Combine(Root, "cursors");

    /// <summary>Alerts that were given up.</summary>
    public string DeadLetters => Path.Combine(Root, "dead-letters");

    /// <summary>True when a router has run on the directory, as far as this user can see. Makes nothing.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, LockName));

    /// <summary>The file that shows whose the data is: a mounted directory may belong to somebody else.</summary>
    public static string OwnedFile(string path) => Path.Combine(path, LockName);

    /// <summary>Makes the directory if need be, and takes its lock.</summary>
    /// <exception cref="DataDirectoryException">It cannot be made, written or locked; the message says which and what to do.</exception>
    public static DataDirectory Open(string path, IDataFiles? files = null)
    {
        files ??= DataFiles.Instance;
        var root = Path.GetFullPath(path);
        var lockPath = Path.Combine(root, LockName);
        try
        {
            files.CreateDirectory(root);
            var held = Lock(root, lockPath);
            try
            {
                var directory = new DataDirectory(root, files, held);
                files.CreateDirectory(directory.Log);
                files.CreateDirectory(directory.Cursors);
                files.CreateDirectory(directory.DeadLetters);
                files.SyncDirectory(root);
                return directory;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The data directory {root} cannot be used: {exception.Message} Give this user the right to write there, or another directory with --data-dir or DATA_DIR.", exception);
        }
    }

    public void Dispose() => held.Dispose();

    private static FileStream Lock(string root, string lockPath)
    {
        try
        {
            // FileShare.None takes an flock, which ends with the process however it ends.
            var held = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            try
            {
                File.WriteAllText(Path.Combine(root, ProcessName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return held;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (IOException exception) when (exception.HResult is LockHeld or LockHeldElsewhere)
        {
            throw new DataDirectoryException($"The data directory {root} is in use by another router ({Holder(root)}). Stop that one, or give this one another directory with --data-dir.", exception);
        }
    }

    private static string Holder(string root)
    {
        try
        {
            // In a file of its own: the locked one cannot be opened for reading either.
            return $"process {int.Parse(File.ReadAllText(Path.Combine(root, ProcessName)), NumberStyles.None, CultureInfo.InvariantCulture)}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return "its process is not known";
        }
    }
}

/// <summary>The data directory cannot be used; the message is for a person.</summary>
internal sealed class DataDirectoryException(string message, Exception inner) : Exception(message, inner);
