using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.State.Proc;

/// <summary>
/// Reads files as a process sees them below its root, which may be hostile: links lead nowhere outside of that root, only regular files
/// are read, nothing blocks, and no more is read than was asked for.
/// </summary>
internal static unsafe partial class RootedFile
{
    private const long OpenAt2 = 437;
    private const ulong ReadOnly = 0, NonBlocking = 0x800, NoTerminal = 0x100, CloseOnExec = 0x80000, PathOnly = 0x200000, Directory = 0x10000;
    private const ulong NoMagicLinks = 0x02, InRoot = 0x10;
    private const int AtWorkingDirectory = -100;

    // struct statx of linux/stat.h.
    private const int EmptyPath = 0x1000, StatBytes = 256, ModeAt = 28, InodeAt = 32, DeviceMajorAt = 136;
    private const int TypeOfMode = 0xF000, RegularFile = 0x8000;
    private const uint TypeWanted = 0x1, InodeWanted = 0x100;

    /// <summary>The content of a file; null when there is none, or it is no regular file, or longer than <paramref name="limit"/>, or not ours to read.</summary>
    /// <param name="root">The folder that is the root: <c>/proc/PID/root</c>.</param>
    /// <param name="path">The file below it.</param>
    /// <param name="limit">Bytes that it may have at most.</param>
    public static byte[]? Read(string root, string path, int limit)
    {
        using var folder = Open(AtWorkingDirectory, root, PathOnly | Directory | CloseOnExec, resolve: 0);
        if (folder.IsInvalid)
        {
            return null;
        }

        using var file = Open((int)folder.DangerousGetHandle(), path, ReadOnly | NonBlocking | NoTerminal | CloseOnExec, InRoot | NoMagicLinks);
        return file.IsInvalid ? null : Content(file, limit);
    }

    /// <summary>Whether two folders are one; also when that cannot be told.</summary>
    public static bool IsSame(string first, string second)
    {
        using var one = Open(AtWorkingDirectory, first, PathOnly | Directory | CloseOnExec, resolve: 0);
        using var other = Open(AtWorkingDirectory, second, PathOnly | Directory | CloseOnExec, resolve: 0);
        return one.IsInvalid || other.IsInvalid || Identity(one) is not { } identity || identity == Identity(other);
    }

    private static (ulong Device, ulong Inode)? Identity(SafeFileHandle folder)
    {
        var stat = stackalloc byte[StatBytes];
        return TryStat(folder, stat) ? ((ulong)*(uint*)(stat + DeviceMajorAt) << 32 | *(uint*)(stat + DeviceMajorAt + 4), *(ulong*)(stat + InodeAt)) : null;
    }

    private static bool IsRegular(SafeFileHandle file)
    {
        var stat = stackalloc byte[StatBytes];
        return TryStat(file, stat) && (*(ushort*)(stat + ModeAt) & TypeOfMode) == RegularFile;
    }

    private static bool TryStat(SafeFileHandle file, byte* stat) =>
        GetStat((int)file.DangerousGetHandle(), "", EmptyPath, TypeWanted | InodeWanted, stat) == 0;

    private static byte[]? Content(SafeFileHandle file, int limit)
    {
        try
        {
            if (!IsRegular(file) || RandomAccess.GetLength(file) > limit)
            {
                return null;
            }

            var bytes = new byte[RandomAccess.GetLength(file)];
            var read = 0;
            for (int count; read < bytes.Length && (count = RandomAccess.Read(file, bytes.AsSpan(read), read)) > 0; read += count)
            {
            }

            return bytes[..read];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(int folder, string path, ulong flags, ulong resolve)
    {
        var how = new OpenHow { Flags = flags, Resolve = resolve };
        return new SafeFileHandle((nint)Call(OpenAt2, folder, path, &how, (nuint)sizeof(OpenHow)), ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Call(long number, int folder, string path, OpenHow* how, nuint size);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetStat(int folder, string path, int flags, uint mask, byte* stat);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
