using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the descriptors that poll and ppoll wait for: <c>fdlist.*</c>, texts with a comma between the descriptors.</summary>
internal static unsafe class FdListFields
{
    private delegate void EntryWriter(long number, FdEntry* entry, ref Utf8Writer writer);

    public static void Register(FieldRegistry registry)
    {
        Add(registry, "fdlist.nums", static (long number, FdEntry* _, ref Utf8Writer writer) => writer.Add(number));
        Add(registry, "fdlist.names", static (long _, FdEntry* entry, ref Utf8Writer writer) =>
            writer.Add(entry is null || entry->Name.IsEmpty ? "<NA>"u8 : entry->Name.Span));
        Add(registry, "fdlist.cips", static (long _, FdEntry* entry, ref Utf8Writer writer) =>
        {
            if (entry is not null && entry->HasTwoEnds)
            {
                writer.AddAddress(SocketAddress.Bytes(ref entry->Source, entry->AddressLength));
            }
        });
        Add(registry, "fdlist.sips", static (long _, FdEntry* entry, ref Utf8Writer writer) =>
        {
            if (entry is not null && entry->IsInternet)
            {
                writer.AddAddress(SocketAddress.Bytes(ref entry->Destination, entry->AddressLength));
            }
        });
        Add(registry, "fdlist.cports", static (long _, FdEntry* entry, ref Utf8Writer writer) =>
        {
            if (entry is not null && entry->HasTwoEnds)
            {
                writer.Add((ulong)entry->SourcePort);
            }
        });
        Add(registry, "fdlist.sports", static (long _, FdEntry* entry, ref Utf8Writer writer) =>
        {
            if (entry is not null && entry->IsInternet)
            {
                writer.Add((ulong)entry->DestinationPort);
            }
        });
    }

    private static void Add(FieldRegistry registry, string name, EntryWriter write) => registry.Add(name, (c, _) => Read(c, write));

    private static Value Read(EventContext context, EntryWriter write)
    {
        if (context.Thread is not { } thread || context.View.Type is not (EventType.PollExit or EventType.PpollExit))
        {
            return Value.None;
        }

        var writer = new Utf8Writer(context.Scratch);
        foreach (var number in new PolledDescriptors(context.View.Parameter(PollExit.Fds)))
        {
            var before = writer.Length;
            if (before > 0)
            {
                writer.Add((byte)',');
            }

            var start = writer.Length;
            write(number, thread.Fds.Find(number), ref writer);
            if (writer.Length == start)
            {
                writer.CutTo(before);
            }
        }

        return writer.Length == 0 ? Value.None : Value.Bytes(context.Keep(writer.Length));
    }
}
