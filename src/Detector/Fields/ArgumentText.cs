using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// The text of an event's parameters: the value as it is, and what it stands for (a descriptor's name, a flag's names, a
/// process's name), which is empty when it stands for nothing more.
/// </summary>
internal static unsafe class ArgumentText
{
    private const double NanosecondsPerSecond = 1e9;
    private const ulong NoTime = ulong.MaxValue;

    /// <summary>Writes the value as it is.</summary>
    public static void WriteRaw(EventContext context, in EventView view, int index, ref Utf8Writer writer)
    {
        var parameter = view.Definition.Parameters[index];
        switch (parameter.Type)
        {
            case ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath:
                writer.Add(view.Has(index) ? view.Text(index) : "<NA>"u8);
                break;
            case ParameterType.ByteBuf or ParameterType.CharBufArray or ParameterType.CharBufPairArray:
                WriteBuffer(view.Parameter(index), ref writer);
                break;
            case ParameterType.SockAddr:
                WriteAddress(view.Parameter(index), ref writer);
                break;
            case ParameterType.SockTuple:
                WriteTuple(view.Parameter(index), ref writer);
                break;
            case ParameterType.AbsTime when view.Has(index):
                ValueFormatter.WriteDateTime(view.Unsigned(index), withFraction: true, ref writer);
                break;
            case ParameterType.Dyn:
                DynamicText.WriteRaw(view.Definition, parameter, view.Parameter(index), ref writer);
                break;
            case ParameterType.RelTime when view.Unsigned(index) == NoTime:
                writer.Add("none"u8);
                break;
            case ParameterType.FdList:
                WriteFdList(context, view.Parameter(index), ref writer);
                break;
            case ParameterType.SigSet:
                WriteSignals((uint)view.Unsigned(index), ref writer);
                break;
            default:
                WriteNumber(view, index, parameter, ref writer);
                break;
        }
    }

    /// <summary>Writes what the value stands for; nothing when that is nothing more.</summary>
    public static void WriteMeaning(EventContext context, in EventView view, int index, ref Utf8Writer writer)
    {
        var parameter = view.Definition.Parameters[index];
        if (!view.Has(index) && parameter.Type is not (ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath))
        {
            return;
        }

        switch (parameter.Type)
        {
            case ParameterType.Fd or ParameterType.Fd32:
                WriteDescriptor(context, view.Signed(index), ref writer);
                break;
            case ParameterType.Errno:
                writer.Add(ErrorNames.Of(view.Signed(index)));
                break;
            case ParameterType.Pid or ParameterType.Pid32:
                if (context.State.Threads.Find(view.Signed(index)) is { } thread)
                {
                    writer.Add(thread.Comm.Span);
                }

                break;
            case ParameterType.Uid:
                WriteUser(context, (uint)view.Unsigned(index), ref writer);
                break;
            case ParameterType.Gid:
                writer.Add((uint)view.Unsigned(index) == uint.MaxValue ? "<NONE>"u8 : context.State.Users.Group((uint)view.Unsigned(index)) is { } group ? group.Name : "<NA>"u8);
                break;
            case ParameterType.FsPath or ParameterType.FsRelPath:
                WritePath(context, view, index, parameter, ref writer);
                break;
            case ParameterType.Dyn:
                DynamicText.WriteMeaning(view.Definition, view.Parameter(index), ref writer);
                break;
            case ParameterType.RelTime when view.Unsigned(index) != NoTime:
                writer.AddSixDigits(view.Unsigned(index) / NanosecondsPerSecond);
                writer.Add((byte)'s');
                break;
            case ParameterType.SyscallId:
                writer.Add(EventTable.SystemCall((int)view.Unsigned(index)));
                break;
            case ParameterType.SigType:
                writer.Add(SignalNames.Of((int)view.Unsigned(index)));
                break;
            case ParameterType.Flags8 or ParameterType.Flags16 or ParameterType.Flags32 or ParameterType.Mode:
                WriteFlags(parameter.Table, (uint)view.Unsigned(index), ref writer);
                break;
            case ParameterType.EnumFlags8 or ParameterType.EnumFlags16 or ParameterType.EnumFlags32:
                WriteNames(parameter.Table, (uint)view.Unsigned(index), ref writer);
                break;
            default:
                break;
        }
    }

    private static void WriteNumber(in EventView view, int index, ParameterDefinition parameter, ref Utf8Writer writer)
    {
        if (!view.TryUnsigned(index, out var value))
        {
            writer.Add("<NA>"u8);
            return;
        }

        var isFlags = parameter.Type is ParameterType.Flags8 or ParameterType.Flags16 or ParameterType.Flags32
            or ParameterType.EnumFlags8 or ParameterType.EnumFlags16 or ParameterType.EnumFlags32;
        if (parameter.Format == PrintFormat.Hex && !isFlags && parameter.Type != ParameterType.Errno)
        {
            writer.AddHex(value);
        }
        else if (parameter.Format == PrintFormat.Oct)
        {
            writer.AddOctal(value);
        }
        else if (IsSigned(parameter.Type) || (parameter.Format == PrintFormat.Dec && parameter.Type is ParameterType.UInt32 or ParameterType.UInt64))
        {
            writer.Add(view.Signed(index));
        }
        else
        {
            writer.Add(value);
        }
    }

    private static bool IsSigned(ParameterType type) => type is ParameterType.Int8 or ParameterType.Int16 or ParameterType.Int32 or ParameterType.Int64
        or ParameterType.Errno or ParameterType.Fd or ParameterType.Fd32 or ParameterType.Pid or ParameterType.Pid32 or ParameterType.Uid or ParameterType.Gid;

    private static void WriteFdList(EventContext context, ReadOnlySpan<byte> bytes, ref Utf8Writer writer)
    {
        var first = true;
        var descriptors = new PolledDescriptors(bytes);
        while (descriptors.MoveNext())
        {
            if (!first)
            {
                writer.Add((byte)' ');
            }

            first = false;
            writer.Add(descriptors.Current);
            writer.Add((byte)':');
            var entry = context.Thread is { } thread ? thread.Fds.Find(descriptors.Current) : null;
            writer.Add(entry is null ? (byte)'o' : FdFields.KindCharacter(entry->Kind));
            writer.AddLowerHex(descriptors.Awaited);
        }
    }

    private static void WriteSignals(uint set, ref Utf8Writer writer)
    {
        var first = true;
        for (var signal = 1; signal <= 32; signal++)
        {
            if ((set >> (signal - 1) & 1) == 0)
            {
                continue;
            }

            if (!first)
            {
                writer.Add((byte)' ');
            }

            first = false;
            writer.Add(SignalNames.Of(signal));
        }
    }

    private static void WriteBuffer(ReadOnlySpan<byte> buffer, ref Utf8Writer writer)
    {
        if (buffer.IsEmpty)
        {
            writer.Add("NULL"u8);
        }
        else
        {
            writer.AddData(buffer);
        }
    }

    private static void WriteAddress(ReadOnlySpan<byte> bytes, ref Utf8Writer writer)
    {
        if (!SocketAddress.TryParse(bytes, out var end))
        {
            writer.Add("<NA>"u8);
        }
        else if (end.Ip.IsEmpty)
        {
            writer.Add(end.Path);
        }
        else
        {
            writer.AddEnd(end.Ip, end.Port);
        }
    }

    /// <summary>Writes both ends of a socket.</summary>
    public static void WriteTuple(ReadOnlySpan<byte> bytes, ref Utf8Writer writer)
    {
        if (!SocketAddress.TryParseTuple(bytes, out var told))
        {
            writer.Add("NULL"u8);
            return;
        }

        var tuple = told.Unmapped;

        if (tuple.SourceIp.IsEmpty)
        {
            SocketAddress.WriteUnixEnds(tuple, ref writer);
            return;
        }

        writer.AddEnd(tuple.SourceIp, tuple.SourcePort);
        writer.Add("->"u8);
        writer.AddEnd(tuple.DestinationIp, tuple.DestinationPort);
    }

    private static void WriteDescriptor(EventContext context, long fd, ref Utf8Writer writer)
    {
        if (fd == MachineState.AtWorkingDirectory)
        {
            writer.Add("AT_FDCWD"u8);
            return;
        }

        if (fd < 0)
        {
            writer.Add(ErrorNames.Of(fd));
            return;
        }

        var entry = context.Thread is { } thread ? thread.Fds.Find(fd) : null;
        if (entry is null)
        {
            return;
        }

        writer.Add((byte)'<');
        writer.Add(FdFields.KindCharacter(entry->Kind));
        if (entry->IsInternet)
        {
            writer.Add(FdFields.KnownProtocol(entry) switch
            {
                SocketProtocol.Tcp => "t"u8,
                SocketProtocol.Udp => "u"u8,
                SocketProtocol.Icmp => "i"u8,
                SocketProtocol.Raw => "r"u8,
                _ => default,
            });
        }

        writer.Add((byte)'>');
        writer.Add(entry->Name.Span);
    }

    private static void WriteUser(EventContext context, uint uid, ref Utf8Writer writer) =>
        writer.Add(uid == uint.MaxValue ? "<NONE>"u8 : context.State.Users.User(uid) is { } user ? user.Name : "<NA>"u8);

    private static void WritePath(EventContext context, in EventView view, int index, ParameterDefinition parameter, ref Utf8Writer writer)
    {
        if (context.Thread is not { } thread || !view.Has(index))
        {
            return;
        }

        // An absolute path stands for itself as it was written: who looks for "../" in it must find it.
        var raw = view.Text(index);
        if (raw.IsEmpty || raw[0] == (byte)'/' || raw.SequenceEqual("<NA>"u8))
        {
            return;
        }

        var from = parameter.Directory < 0 ? MachineState.AtWorkingDirectory : view.Signed(parameter.Directory, MachineState.AtWorkingDirectory);
        Span<byte> buffer = stackalloc byte[PathBuilder.MaxPath];
        // From a directory that nobody knows, a name stands for itself.
        var isKnown = from == MachineState.AtWorkingDirectory || thread.Fds.Find(from) is not null;
        writer.Add(isKnown ? MachineState.Absolute(thread, raw, from, buffer) : raw);
    }

    /// <summary>All names of a value: some have two.</summary>
    private static void WriteNames(FlagTable? table, uint value, ref Utf8Writer writer)
    {
        if (table is null)
        {
            return;
        }

        var first = true;
        foreach (var (name, known) in table.Entries)
        {
            if (known != value)
            {
                continue;
            }

            if (!first)
            {
                writer.Add((byte)'|');
            }

            writer.Add(name);
            first = false;
        }
    }

    /// <summary>Names of the set bits in the table's order; a name of several bits takes them all.</summary>
    private static void WriteFlags(FlagTable? table, uint value, ref Utf8Writer writer)
    {
        if (table is null)
        {
            return;
        }

        if (value == 0)
        {
            writer.Add(table.NameOf(0));
            return;
        }

        var first = true;
        foreach (var (name, bits) in table.Entries)
        {
            if (bits == 0 || (value & bits) != bits)
            {
                continue;
            }

            if (!first)
            {
                writer.Add((byte)'|');
            }

            writer.Add(name);
            first = false;
            value &= ~bits;
        }
    }
}
