using System.Net;
using System.Net.Sockets;

namespace Saker.Router.Access;

/// <summary>
/// A rate for each address, in a table that cannot grow: addresses share a place by chance, differently in each process, so that nobody can
/// choose whose place to fill. An IPv6 address counts as its network of 64 bits, which is what one machine is given.
/// </summary>
internal sealed class AddressRates(double perSecond, int burst, TimeProvider clock)
{
    private const int Places = 4096;
    private const int NetworkBytes = 8;

    private readonly AlertRate?[] rates = new AlertRate?[Places];

    /// <summary>Takes some from an address; null when they may come, else how long to wait.</summary>
    public TimeSpan? Take(IPAddress? address, int count)
    {
        ref var place = ref rates[PlaceOf(address)];
        var rate = Volatile.Read(ref place);
        if (rate is null)
        {
            var made = AlertRate.Of(perSecond, burst, clock);
            rate = Interlocked.CompareExchange(ref place, made, null) ?? made;
        }

        return rate?.Take(count);
    }

    private static int PlaceOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (!(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out var length))
        {
            return 0;
        }

        var hash = new HashCode(); // seeded anew in each process
        hash.AddBytes(bytes[..(address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? NetworkBytes : length)]);
        return (hash.ToHashCode() & int.MaxValue) % Places;
    }
}
