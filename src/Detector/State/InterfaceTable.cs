namespace Saker.Detector.State;

/// <summary>The host's own network addresses: they tell which end of a connection is local.</summary>
internal sealed class InterfaceTable
{
    private const int MaxAddresses = 4096;

    private readonly List<byte[]> addresses = [];

    /// <summary>All addresses.</summary>
    public IReadOnlyList<byte[]> All => addresses;

    /// <summary>Forgets all addresses.</summary>
    public void Clear() => addresses.Clear();

    /// <summary>Adds an address of 4 or 16 bytes in network order.</summary>
    public void Add(ReadOnlySpan<byte> address)
    {
        if (addresses.Count < MaxAddresses && !Contains(address))
        {
            addresses.Add(address.ToArray());
        }
    }

    /// <summary>The first address of that length that is no loopback; empty when there is none.</summary>
    public ReadOnlySpan<byte> FirstExternal(int length)
    {
        foreach (var known in addresses)
        {
            if (known.Length == length && (length == 4 ? known[0] != 127 : known.AsSpan(0, 15).ContainsAnyExcept((byte)0)))
            {
                return known;
            }
        }

        return default;
    }

    /// <summary>True when the address is one of the host's.</summary>
    public bool Contains(ReadOnlySpan<byte> address)
    {
        foreach (var known in addresses)
        {
            if (address.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }
}
