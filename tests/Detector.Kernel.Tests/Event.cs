using System.Buffers.Binary;
using System.Text;

namespace Saker.Detector.Kernel.Tests;

/// <summary>An event, decoded by the test's own reading of the wire format: values by parameter name.</summary>
internal sealed record Event(string Type, long Tid, ulong Time, IReadOnlyDictionary<string, byte[]> Values)
{
    private const string TaskParameters =
        "res exe args tid pid ptid cwd fdlimit:8 pgft_maj:8 pgft_min:8 vm_size:4 vm_rss:4 vm_swap:4 comm cgroups ";

    private const string CloneParameters = TaskParameters + "flags:4 uid:4 gid:4 vtid:8 vpid:8 pidns_init_start_ts:8";

    private const string ExecParameters = TaskParameters +
        "env tty:4 vpgid:8 loginuid:4 flags:4 cap_inheritable:8 cap_permitted:8 cap_effective:8 exe_ino:8 " +
        "exe_ino_ctime:8 exe_ino_mtime:8 uid:4 trusted_exepath pgid:8 gid:4";

    /// <summary>Number, name and parameters, with the size of those that have a fixed one, after ../shared/falco/events.tsv.</summary>
    private static readonly Dictionary<int, (string Name, string Parameters)> Types = new()
    {
        [2] = ("open enter", "name flags:4 mode:4"),
        [3] = ("open", "fd:8 name flags:4 mode:4 dev:4 ino:8"),
        [5] = ("close", "res:8 fd:8"),
        [22] = ("connect enter", "fd:8 addr"),
        [23] = ("connect", "res:8 tuple fd:8 addr"),
        [58] = ("creat enter", "name mode:4"),
        [59] = ("creat", "fd:8 name mode:4 dev:4 ino:8 creat_flags:2"),
        [186] = ("procexit", "status:8 ret:8 sig:1 core:1 reaper_tid:8"),
        [223] = ("clone", CloneParameters),
        [225] = ("fork", CloneParameters),
        [227] = ("vfork", CloneParameters),
        [293] = ("execve", ExecParameters + " filename"),
        [306] = ("openat enter", "dirfd:8 name flags:4 mode:4"),
        [307] = ("openat", "fd:8 dirfd:8 name flags:4 mode:4 dev:4 ino:8"),
        [326] = ("openat2 enter", "dirfd:8 name flags:4 mode:4 resolve:4"),
        [327] = ("openat2", "fd:8 dirfd:8 name flags:4 mode:4 resolve:4 dev:4 ino:8"),
        [331] = ("execveat", ExecParameters),
        [335] = ("clone3", CloneParameters),
    };

    public static Event Decode(ReadOnlySpan<byte> bytes)
    {
        var (name, parameters) = Types[BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..])];
        var names = parameters.Split(' ');
        Assert.Equal(bytes.Length, BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
        Assert.Equal(names.Length, BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]));
        var values = new Dictionary<string, byte[]>();
        var at = 26 + (2 * names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(26 + (2 * i))..]);
            var parts = names[i].Split(':');
            if (parts.Length > 1)
                Assert.Equal(int.Parse(parts[1], null), length);
            values[parts[0]] = bytes.Slice(at, length).ToArray();
            at += length;
        }
        Assert.Equal(bytes.Length, at);
        return new Event(
            name,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            values);
    }

    /// <summary>A number, signed in its own width.</summary>
    public long this[string parameter] => Values[parameter] switch
    {
        { Length: 1 } value => value[0],
        { Length: 2 } value => BinaryPrimitives.ReadUInt16LittleEndian(value),
        { Length: 4 } value => BinaryPrimitives.ReadUInt32LittleEndian(value),
        var value => BinaryPrimitives.ReadInt64LittleEndian(value),
    };

    /// <summary>A text without the zero that ends it; null when it is absent.</summary>
    public string? Text(string parameter)
    {
        var value = Values[parameter];
        if (value.Length == 0)
            return null;
        Assert.Equal(0, value[^1]);
        return Encoding.UTF8.GetString(value.AsSpan(0, value.Length - 1));
    }

    /// <summary>Texts one behind the other.</summary>
    public string[] Texts(string parameter) => Text(parameter)?.Split('\0') ?? [];
}
