using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of both ends of the socket that the event uses: <c>fd.cip</c>, <c>fd.sport</c>, <c>fd.net</c> and their like.</summary>
internal static unsafe class FdEndFields
{
    private enum End
    {
        Client,
        Server,
        Local,
        Remote,
    }

    public static void Register(FieldRegistry registry)
    {
        (string Prefix, End End)[] ends = [("c", End.Client), ("s", End.Server), ("l", End.Local), ("r", End.Remote)];
        foreach (var (prefix, end) in ends)
        {
            registry.Add($"fd.{prefix}ip", (c, _) => Address(c, end));
            registry.Add($"fd.{prefix}net", (c, _) => Address(c, end) is { Exists: true } address
                ? Value.Network(address.AsBytes, address.AsBytes.Length * 8) : Value.None);
            registry.Add($"fd.{prefix}ip.name", (c, _) => Name(c, end));
            registry.Add($"fd.{prefix}port", (c, _) => Port(c, end));
            registry.Add($"fd.{prefix}proto", (c, _) => PortName(c, end));
        }

        registry.Add("fd.ip", static (c, _) => Both(c, ValueKind.Address));
        registry.Add("fd.net", static (c, _) => Both(c, ValueKind.Address));
        registry.Add("fd.port", static (c, _) => Both(c, ValueKind.UInt64));
        registry.Add("fd.proto", static (c, _) => Both(c, ValueKind.UInt64));
    }

    private static Value Address(EventContext context, End end)
    {
        var entry = context.Frame.Entry;
        if (entry is null || !TryEnd(context, entry, end, out var isSource))
        {
            return Value.None;
        }

        return Value.Address(isSource ? SocketAddress.Bytes(ref entry->Source, entry->AddressLength) : SocketAddress.Bytes(ref entry->Destination, entry->AddressLength));
    }

    private static Value Name(EventContext context, End end)
    {
        if (context.State.AddressNames is not { } names || Address(context, end) is not { Exists: true } address)
        {
            return Value.None;
        }

        var name = names.NameOf(address.AsBytes);
        if (name.IsEmpty)
        {
            return Value.None;
        }

        // A copy, for the name may be forgotten at any time.
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(name);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value Port(EventContext context, End end)
    {
        var entry = context.Frame.Entry;
        if (entry is null || !TryEnd(context, entry, end, out var isSource))
        {
            return Value.None;
        }

        return Value.UInt64(isSource ? entry->SourcePort : entry->DestinationPort);
    }

    /// <summary>Which end of the entry is meant; false when the socket has not that end, or nothing is known of it yet.</summary>
    private static bool TryEnd(EventContext context, FdEntry* entry, End end, out bool isSource)
    {
        isSource = end == End.Client;
        if (entry->Kind is FdKind.Ipv4Server or FdKind.Ipv6Server)
        {
            return end == End.Server;
        }

        if (!entry->HasTwoEnds || !FdFields.HasEnds(entry))
        {
            return false;
        }

        if (end is End.Local or End.Remote)
        {
            var sourceIsLocal = context.State.Interfaces.Contains(SocketAddress.Bytes(ref entry->Source, entry->AddressLength));
            isSource = sourceIsLocal == (end == End.Local);
        }

        return true;
    }

    private static Value Both(EventContext context, ValueKind kind)
    {
        var entry = context.Frame.Entry;
        if (entry is null || !entry->IsInternet || !FdFields.HasEnds(entry))
        {
            return Value.None;
        }

        var list = new ValueListWriter(context.Scratch);
        for (var end = entry->HasTwoEnds ? End.Client : End.Server; end <= End.Server; end++)
        {
            if (kind == ValueKind.Address)
            {
                list.Add(Address(context, end).AsBytes);
            }
            else
            {
                list.Add(Port(context, end).AsInt64);
            }
        }

        return Value.List(kind, context.Keep(list.Packed.Length));
    }

    /// <summary>The port as text. A socket with a role but without that end has the empty text; one that listens has it for both.</summary>
    private static Value PortName(EventContext context, End end)
    {
        var entry = context.Frame.Entry;
        if (entry is null)
        {
            return Value.None;
        }

        if (entry->HasTwoEnds)
        {
            return Port(context, end) is { Exists: true } port ? PortText(context, port.AsUInt64) : Value.None;
        }

        var isEmpty = FdFields.HasEnds(entry) && (end == End.Client || (end == End.Server && entry->IsInternet));
        return isEmpty ? Value.Bytes(""u8) : Value.None;
    }

    private static Value PortText(EventContext context, ulong port)
    {
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(port);
        return Value.Bytes(context.Keep(writer.Length));
    }
}
