using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Router.Log;

/// <summary>The files of this machine.</summary>
internal sealed partial class DataFiles : IDataFiles
{
    private const int Interrupted = 4; // EINTR

    public static DataFiles Instance { get; } = new();

    public IDataFile Open(string path, bool create)
    {
        var handle = File.OpenHandle(path, create ? FileMode.CreateNew : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (create && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return new DataFile(handle);
    }

    public IReadOnlyList<string> List(string directory) => [.. Directory.EnumerateFiles(directory).Select(static path => Path.GetFileName(path))];

    public void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Delete(string path) => File.Delete(path);

    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    public void SyncDirectory(string directory)
    {
        // .NET opens no folders; the C library does. O_RDONLY is 0, O_DIRECTORY and O_CLOEXEC differ by architecture and are not needed.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = OpenNative(directory, 0);
        if (handle.IsInvalid || FSync(handle) != 0)
        {
            throw new IOException($"{directory}: the folder cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    public long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    private sealed class DataFile(SafeFileHandle handle) : IDataFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> into, long offset)
        {
            var total = 0;
            while (total < into.Length)
            {
                var read = RandomAccess.Read(handle, into[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync()
        {
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(handle);
                return;
            }

            // fdatasync leaves out what reading does not need (times), which spares a journal commit where the size stays.
            while (FDataSync(handle) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Interrupted)
                {
                    throw new IOException($"fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}.");
                }
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
