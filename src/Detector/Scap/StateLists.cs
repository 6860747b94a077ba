using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>
/// Gives the lists at a capture's start (processes, users, interfaces) to the state. Entries of old lists do not begin with
/// their length, so that each is read to its end even when nobody wants it.
/// </summary>
internal static class StateLists
{
    /// <summary>Users and groups.</summary>
    public static void ReadUsers(ReadOnlySpan<byte> body, MachineState state, bool hasLengths = true)
    {
        var list = new ListReader(body);
        while (hasLengths ? list.TryEntry(inclusive: true, out var entry) : list.TryRest(out entry))
        {
            if (entry.U8() == 0)
            {
                state.Users.Set(entry.U32(), entry.U32(), entry.Text(), entry.Text(), entry.Text());
            }
            else
            {
                state.Users.Set(entry.U32(), entry.Text());
            }

            list.Continue(entry, hasLengths);
        }
    }

    /// <summary>Addresses of the machine's interfaces.</summary>
    public static void ReadInterfaces(ReadOnlySpan<byte> body, MachineState state, bool hasLengths = true)
    {
        var list = new ListReader(body);
        while (hasLengths ? list.TryEntry(inclusive: false, out var entry) : list.TryRest(out entry))
        {
            var type = entry.U16();
            var name = entry.U16();
            if (type is not (>= 1 and <= 4))
            {
                if (!hasLengths)
                {
                    return; // where the next one begins is not known
                }

                continue;
            }

            // 1 and 3 are IPv4 with and without the link's speed, 2 and 4 IPv6; mask and broadcast address follow.
            var width = type is 1 or 3 ? 4 : 16;
            var address = entry.Bytes(width);
            if (!address.IsEmpty)
            {
                state.Interfaces.Add(address);
            }

            entry.Bytes(2 * width + (type is 1 or 2 ? sizeof(ulong) : 0) + name);
            list.Continue(entry, hasLengths);
        }
    }

    /// <summary>Threads, of a list of that version.</summary>
    public static void ReadProcesses(ReadOnlySpan<byte> body, MachineState state, int version = ProcessEntry.CurrentVersion)
    {
        var hasLengths = version == ProcessEntry.CurrentVersion;
        var list = new ListReader(body);
        while (hasLengths ? list.TryEntry(inclusive: true, out var entry) : list.TryRest(out entry))
        {
            new ProcessEntry(ref entry, version).AddTo(state);
            list.Continue(entry, hasLengths);
        }

        state.Threads.ShareLeaderTables();
    }
}
