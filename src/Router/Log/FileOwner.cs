using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Saker.Router.Log;

/// <summary>Whose a file is, which .NET does not say. Root can write anywhere, so that being able to write shows nothing.</summary>
internal static partial class FileOwner
{
    // include/uapi/linux/fcntl.h, stat.h: the layout of statx is the same on every architecture.
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint AskForOwner = 0x8;
    private const int StatxSize = 256;
    private const int OwnerOffset = 20;

    /// <summary>True when the file, and not what it may link to, belongs to the user of this process. Linux only; elsewhere true.</summary>
    public static bool IsThisUser(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        Span<byte> stat = stackalloc byte[StatxSize];
        return Statx(CurrentDirectory, path, NoFollow, AskForOwner, ref MemoryMarshal.GetReference(stat)) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(stat[OwnerOffset..]) == EffectiveUser();
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte result);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
