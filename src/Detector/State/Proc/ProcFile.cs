using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.State.Proc;

/// <summary>Reads small files of /proc into a buffer that is reused. What is gone or not ours to read is empty.</summary>
internal sealed partial class ProcFile
{
    /// <summary>Bytes of a file that are read at most.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly byte[] buffer = new byte[MaxBytes];
    private readonly byte[] link = new byte[4096];

    /// <summary>The first bytes of a file; empty when it cannot be read. Holds until the next call.</summary>
    public ReadOnlySpan<byte> Read(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return Fill(handle);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return default; // the process ended, or is not ours to read
        }
    }

    /// <summary>Where a link leads; empty when it cannot be read. Holds until the next call.</summary>
    public ReadOnlySpan<byte> ReadLink(string path)
    {
        var length = ReadLink(path, ref link[0], link.Length);
        return length <= 0 ? default : link.AsSpan(0, (int)length);
    }

    private ReadOnlySpan<byte> Fill(SafeFileHandle handle)
    {
        var length = 0;
        while (length < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer.AsSpan(length), length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return buffer.AsSpan(0, length);
    }

    [LibraryImport("libc", EntryPoint = "readlink", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadLink(string path, ref byte buffer, nint size);
}
