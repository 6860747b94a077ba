using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Files;

/// <summary>What a file is, so that two of one name can be told apart.</summary>
/// <param name="IsRegular">False for pipes, devices and whatever else has no size.</param>
/// <param name="IsSocket">Whether it is a Unix socket.</param>
/// <param name="Device">The device, major and minor number.</param>
/// <param name="Inode">The inode.</param>
/// <param name="Size">Bytes in it.</param>
internal readonly record struct FileFacts(bool IsRegular, bool IsSocket, ulong Device, ulong Inode, long Size)
{
    public bool IsSameAs(FileFacts other) => Device == other.Device && Inode == other.Inode;
}

/// <summary>
/// The calls of Linux that .NET hides behind others: its streams write at an offset of their own and not at the end of the file, take a
/// closed pipe for success on the console, and wait for ever for the reader of a named pipe.
/// </summary>
internal static partial class SystemFile
{
    // include/uapi/asm-generic/fcntl.h, errno-base.h; the same on x86-64 and arm64.
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int NoTerminal = 0x100;
    private const int Append = 0x400;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int ReadableByAll = 0x1A4; // 0644, less the umask
    private const int Interrupted = 4;
    private const int NoReader = 6;
    private const int Again = 11;
    private const int NotSyncable = 22;
    private const int ClosedPipe = 32;

    // include/uapi/linux/fcntl.h, stat.h: the layout of statx is the same on every architecture.
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint TypeInodeSize = 0x1 | 0x100 | 0x200;
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int DeviceOffset = 136;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int UnixSocket = 0xC000;

    /// <summary>Standard output as it was inherited. Not closed with the handle.</summary>
    public static SafeFileHandle StandardOutput() => new(1, ownsHandle: false);

    /// <summary>Opens a file to append to, and makes it if need be. Waits for nobody.</summary>
    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    public static SafeFileHandle OpenToAppend(string path)
    {
        var descriptor = Open(path, WriteOnly | Create | NoTerminal | Append | NonBlocking | CloseOnExec, ReadableByAll);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed("it cannot be opened");
    }

    /// <summary>What the path leads to at present; null when that is nothing.</summary>
    public static FileFacts? Look(string path) => Look(CurrentDirectory, path, 0);

    /// <summary>What an open file is.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    public static FileFacts Look(SafeFileHandle file) =>
        Look((int)file.DangerousGetHandle(), "", EmptyPath) ?? throw Failed("the file cannot be looked at");

    /// <summary>Whether an open file is still the one that its path leads to. True also when the system does not say what is open.</summary>
    public static bool IsAt(SafeFileHandle file, string path) =>
        Look((int)file.DangerousGetHandle(), "", EmptyPath) is not { } open || (Look(path) is { } named && named.IsSameAs(open));

    /// <summary>Writes some bytes, at least one.</summary>
    /// <exception cref="IOException">None could be written; the message says why.</exception>
    public static int Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var written = Write(file, bytes, bytes.Length);
            if (written >= 0)
            {
                return (int)written;
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failed("it cannot be written");
            }
        }
    }

    /// <summary>Has the disk keep what was written. What has no disk behind it needs none.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Sync(SafeFileHandle file)
    {
        if (DataSync(file) != 0 && Marshal.GetLastPInvokeError() != NotSyncable)
        {
            throw Failed("the disk did not keep it");
        }
    }

    /// <summary>Cuts a file back to a size.</summary>
    /// <exception cref="IOException">It stays as long as it is.</exception>
    public static void Cut(SafeFileHandle file, long size)
    {
        if (Truncate(file, size) != 0)
        {
            throw Failed("it cannot be cut");
        }
    }

    /// <summary>False for a pipe that is only full, and for what is no failure of these calls.</summary>
    public static bool IsFinal(Exception failure) => failure.HResult != Again;

    private static FileFacts? Look(int directory, string path, int flags)
    {
        Span<byte> stat = stackalloc byte[StatxSize];
        if (Statx(directory, path, flags, TypeInodeSize, ref MemoryMarshal.GetReference(stat)) != 0)
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(stat[ModeOffset..]) & TypeMask;
        return new FileFacts(
            type == RegularFile,
            type == UnixSocket,
            BinaryPrimitives.ReadUInt64LittleEndian(stat[DeviceOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(stat[InodeOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(stat[SizeOffset..]));
    }

    private static IOException Failed(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Words(error)}", error);
    }

    private static string Words(int error) => error switch
    {
        NoReader => "nobody reads this pipe",
        Again => "its reader does not keep up",
        ClosedPipe => "its reader is gone",
        _ => Marshal.GetPInvokeErrorMessage(error),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(SafeFileHandle file, long size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte result);
}
