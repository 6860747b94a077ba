using System.Globalization;
using System.Text;

namespace Saker.Router.Log;

/// <summary>The router's data directory, held by this process alone until disposed.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";
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

    /// <summary>Makes the directory if need be, and takes its lock.</summary>
    /// <exception cref="DataDirectoryException">It cannot be made, written or locked; the message says which and what to do.</exception>
    public static DataDirectory Open(string path, IDataFiles? files = null)
    {
        files ??= DataFiles.Instance;
        string root = Path.GetFullPath(path);
        string lockPath = Path.Combine(root, LockName);
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
            throw new DataDirectoryException($"The data directory {root} cannot be used: {exception.Message} Give this user the right to write there, or another directory with --data-dir.", exception);
        }
    }

    public void Dispose() => held.Dispose();

    private static FileStream Lock(string root, string lockPath)
    {
        FileStream file;
        try
        {
            // FileShare.None takes an flock, which ends with the process however it ends.
            file = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(lockPath))
        {
            throw new DataDirectoryException($"The data directory {root} is in use by another router ({Holder(lockPath)}). Stop that one, or give this one another directory with --data-dir.", exception);
        }

        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        file.Flush();
        return file;
    }

    private static string Holder(string lockPath)
    {
        try
        {
            using var file = new FileStream(lockPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
            Span<byte> text = stackalloc byte[20];
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? $"process {process}"
                : "its process is not known";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "its process is not known";
        }
    }
}

/// <summary>The data directory cannot be used; the message is for a person.</summary>
internal sealed class DataDirectoryException(string message, Exception inner) : Exception(message, inner);
