using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>The part of libbpf (1.0 and later) that the loader uses. Objects, maps, programs and links are its opaque pointers.</summary>
internal static unsafe partial class Libbpf
{
    public const string Library = "libbpf.so.1";

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    public static partial nint SetPrint(delegate* unmanaged[Cdecl]<int, byte*, nint, int> print);

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    private static partial int PossibleCpus();

    /// <summary>CPUs that the machine may ever have.</summary>
    /// <exception cref="EventSourceException">It cannot be told.</exception>
    public static int CountCpus() =>
        PossibleCpus() is var cpus and > 0
            ? cpus
            : throw new EventSourceException("libbpf cannot tell how many CPUs there are (/sys/devices/system/cpu/possible).");

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    public static partial nint OpenObject(byte* bytes, nuint size, nint options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    public static partial int LoadObject(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void CloseObject(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_program")]
    public static partial nint NextProgram(nint bpfObject, nint previous);

    [LibraryImport(Library, EntryPoint = "bpf_program__name")]
    public static partial byte* ProgramName(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_autoload")]
    public static partial int SetAutoload(nint program, [MarshalAs(UnmanagedType.U1)] bool load);

    /// <summary>Makes it a program of another type than its section says.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__set_type")]
    public static partial int SetType(nint program, int type);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_expected_attach_type")]
    public static partial int SetAttachType(nint program, int type);

    /// <summary>Names the part of the kernel that a tracing program is for.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__set_attach_target", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAttachTarget(nint program, int otherProgram, string target);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    public static partial int ProgramFd(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach", SetLastError = true)]
    public static partial nint Attach(nint program);

    /// <summary>Attaches to a perf event, which belongs to the link from then on.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__attach_perf_event", SetLastError = true)]
    public static partial nint AttachToPerfEvent(nint program, int perfEvent);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    public static partial int DestroyLink(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindMap(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    public static partial int MapFd(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_inner_map_fd")]
    public static partial int SetInnerMap(nint map, int fd);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    public static partial int SetMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_map__initial_value")]
    public static partial byte* InitialValue(nint map, out nuint size);

    [LibraryImport(Library, EntryPoint = "bpf_map_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateMap(int type, string name, uint keySize, uint valueSize, uint entries, nint options);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    public static partial int UpdateElement(int map, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    public static partial int LookUpElement(int map, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd")]
    public static partial int GetInfo(int fd, ProgramInfo* info, uint* size);

    /// <summary>The part of the kernel's <c>struct bpf_prog_info</c> that is read.</summary>
    [StructLayout(LayoutKind.Explicit)]
    public struct ProgramInfo
    {
        /// <summary>Times that the kernel left the program out since another task of the CPU stood within it.</summary>
        [FieldOffset(208)]
        public ulong RecursionMisses;
    }

    [LibraryImport("libc", EntryPoint = "vsnprintf")]
    private static partial int Format(byte* buffer, nuint size, byte* format, nint arguments);

    private const int KeptCharacters = 64 * 1024;
    private static readonly StringBuilder Printed = new();

    /// <summary>Has libbpf's messages collected here instead of written to the terminal, and forgets earlier ones.</summary>
    public static void CollectMessages()
    {
        lock (Printed)
        {
            Printed.Clear();
        }

        SetPrint(&Collect);
    }

    /// <summary>What libbpf said since <see cref="CollectMessages"/>, the verifier's log included; the last 64 Ki characters.</summary>
    public static string Messages
    {
        get
        {
            lock (Printed)
            {
                return Printed.ToString().Trim();
            }
        }
    }

    // A va_list is passed on as the pointer that it is in the calling conventions of x86-64 and arm64.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Collect(int level, byte* format, nint arguments)
    {
        const int debug = 2;
        const int longest = 64 * 1024;
        if (level >= debug)
        {
            return 0;
        }

        var buffer = (byte*)NativeMemory.Alloc(longest);
        var length = Math.Min(Format(buffer, longest, format, arguments), longest - 1);
        var text = length > 0 ? Encoding.UTF8.GetString(buffer, length) : "";
        NativeMemory.Free(buffer);
        lock (Printed)
        {
            Printed.Append(text);
            if (Printed.Length > KeptCharacters)
            {
                Printed.Remove(0, Printed.Length - KeptCharacters);
            }
        }

        return 0;
    }
}
