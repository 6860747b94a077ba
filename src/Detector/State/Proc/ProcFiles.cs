using System.Buffers.Text;

namespace Saker.Detector.State.Proc;

/// <summary>What is needed of <c>/proc/PID/stat</c>.</summary>
internal readonly record struct StatFile(long Group, long Session, long Tty, ulong MinorFaults, ulong MajorFaults, ulong StartTicks)
{
    /// <summary>Reads the line; all zeros when it is cut. The name may hold anything, so counting starts behind its last bracket.</summary>
    public static StatFile Parse(ReadOnlySpan<byte> line)
    {
        var end = line.LastIndexOf((byte)')');
        if (end < 0)
        {
            return default;
        }

        Span<long> numbers = stackalloc long[22];
        var rest = line[(end + 1)..].TrimStart((byte)' ');
        for (var i = 3; i < 3 + numbers.Length && !rest.IsEmpty; i++)
        {
            var blank = rest.IndexOf((byte)' ');
            var word = blank < 0 ? rest : rest[..blank];
            rest = blank < 0 ? default : rest[(blank + 1)..];
            numbers[i - 3] = Utf8Parser.TryParse(word, out long number, out _) ? number : 0;
        }
        // Fields by their numbers in proc(5), the state being the third.
        return new StatFile(numbers[5 - 3], numbers[6 - 3], numbers[7 - 3], (ulong)numbers[10 - 3], (ulong)numbers[12 - 3], (ulong)numbers[22 - 3]);
    }
}

/// <summary>Reads <c>/proc/PID/status</c>.</summary>
internal static class StatusFile
{
    /// <summary>The first number behind a key; 0 when there is none.</summary>
    public static long Number(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key) => Utf8Parser.TryParse(Line(status, key), out long number, out _) ? number : 0;

    /// <summary>The last number behind a key: as the innermost namespace counts. 0 when there is none.</summary>
    public static long Last(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key)
    {
        var line = Line(status, key);
        var blank = line.LastIndexOfAny((byte)'\t', (byte)' ');
        return Utf8Parser.TryParse(line[(blank + 1)..], out long number, out _) ? number : 0;
    }

    /// <summary>Gives what the file says to a thread.</summary>
    public static void Apply(ReadOnlySpan<byte> status, ThreadInfo thread, MachineState state)
    {
        state.Texts.Set(ref thread.Comm, Line(status, "Name:"u8));
        thread.Uid = Second(status, "Uid:"u8);
        thread.Gid = Second(status, "Gid:"u8);
        thread.VTid = Last(status, "NSpid:"u8);
        thread.VPid = Last(status, "NStgid:"u8);
        thread.VmSize = (uint)Number(status, "VmSize:"u8);
        thread.VmRss = (uint)Number(status, "VmRSS:"u8);
        thread.VmSwap = (uint)Number(status, "VmSwap:"u8);
        thread.CapInheritable = Hex(status, "CapInh:"u8);
        thread.CapPermitted = Hex(status, "CapPrm:"u8);
        thread.CapEffective = Hex(status, "CapEff:"u8);
    }

    /// <summary>What stands behind a key on its line.</summary>
    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key)
    {
        while (!status.IsEmpty)
        {
            var end = status.IndexOf((byte)'\n');
            var line = end < 0 ? status : status[..end];
            status = end < 0 ? default : status[(end + 1)..];
            if (line.StartsWith(key))
            {
                return line[key.Length..].Trim("\t "u8);
            }
        }

        return default;
    }

    /// <summary>The effective id is the second of four.</summary>
    private static uint Second(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key)
    {
        var line = Line(status, key);
        var blank = line.IndexOf((byte)'\t');
        return blank >= 0 && Utf8Parser.TryParse(line[(blank + 1)..], out uint number, out _) ? number : 0;
    }

    private static ulong Hex(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key) =>
        Utf8Parser.TryParse(Line(status, key), out ulong number, out _, 'x') ? number : 0;
}

/// <summary>Reads <c>/proc/PID/cgroup</c>.</summary>
internal static class CgroupFile
{
    /// <summary>Makes <c>number:subsystems:path</c> lines into subsystem=path pairs that end in zero bytes, as events carry them.</summary>
    public static ReadOnlySpan<byte> ToPairs(ReadOnlySpan<byte> lines, Span<byte> into)
    {
        var writer = new Utf8Writer(into);
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            var first = line.IndexOf((byte)':');
            var second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)':');
            if (second < 0)
            {
                continue;
            }

            writer.Add(line.Slice(first + 1, second));
            writer.Add((byte)'=');
            writer.Add(line[(first + second + 2)..]);
            writer.Add((byte)0);
        }

        return into[..writer.Length];
    }
}

/// <summary>Reads <c>/proc/PID/limits</c>.</summary>
internal static class LimitsFile
{
    /// <summary>The soft limit of open files; 0 when unknown.</summary>
    public static long OpenFiles(ReadOnlySpan<byte> limits)
    {
        var key = "Max open files"u8;
        var at = limits.IndexOf(key);
        if (at < 0)
        {
            return 0;
        }

        return Utf8Parser.TryParse(limits[(at + key.Length)..].TrimStart((byte)' '), out long number, out _) ? number : 0;
    }
}

/// <summary>Reads <c>/proc/PID/fdinfo/FD</c>.</summary>
internal static class FdInfoFile
{
    /// <summary>The kernel's open flags; 0 when unknown.</summary>
    public static uint Flags(ReadOnlySpan<byte> info)
    {
        var key = "flags:"u8;
        var at = info.IndexOf(key);
        if (at < 0)
        {
            return 0;
        }

        uint flags = 0;
        foreach (var digit in info[(at + key.Length)..].TrimStart("\t "u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                break;
            }

            flags = flags << 3 | (uint)(digit - '0');
        }

        return flags;
    }
}
