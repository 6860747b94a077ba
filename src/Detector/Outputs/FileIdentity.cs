using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.Outputs;

/// <summary>Tells whether an open file is still the one that its path leads to.</summary>
internal static unsafe partial class FileIdentity
{
    // struct statx of linux/stat.h: the same on all architectures.
    private const int Bytes = 256;
    private const int InodeAt = 32;
    private const int DeviceAt = 136;
    private const int AtCurrentFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint WantInode = 0x100;

    /// <summary>True when it is; also when that cannot be told.</summary>
    public static bool IsAt(SafeFileHandle file, string path)
    {
        var open = stackalloc byte[Bytes];
        var named = stackalloc byte[Bytes];
        if (Statx((int)file.DangerousGetHandle(), "", EmptyPath, WantInode, open) != 0)
        {
            return true;
        }

        return Statx(AtCurrentFolder, path, 0, WantInode, named) == 0
            && *(ulong*)(open + InodeAt) == *(ulong*)(named + InodeAt)
            && *(ulong*)(open + DeviceAt) == *(ulong*)(named + DeviceAt);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* into);
}
