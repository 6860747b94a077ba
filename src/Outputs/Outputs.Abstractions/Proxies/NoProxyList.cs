using System.Globalization;
using System.Net;

namespace Saker.Outputs.Proxies;

/// <summary>
/// The destinations that <c>NO_PROXY</c> takes out, as Go's programs read it: <c>example.com</c> and <c>*.example.com</c> with what is
/// below them, <c>10.0.0.0/8</c>, addresses, each with a port behind it or not, and <c>*</c> for everything.
/// </summary>
internal sealed class NoProxyList
{
    private readonly List<(IPNetwork Network, int? Port)> networks = [];
    private readonly List<(string Suffix, bool WithItself, int? Port)> names = [];
    private readonly bool isEverything;

    /// <summary>Reads the list.</summary>
    /// <param name="text">Entries between commas.</param>
    /// <param name="warning">Gets a sentence for each entry that can match nothing.</param>
    public NoProxyList(string text, Action<string> warning)
    {
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry == "*")
            {
                isEverything = true;
            }
            else if (!TryAdd(entry.ToLowerInvariant()))
            {
                warning($"The entry '{entry}' names no destination and is left out; write a name, an address, a network as in '10.0.0.0/8', or '*'.");
            }
        }
    }

    /// <summary>True when the destination is reached without a proxy.</summary>
    public bool Contains(string host, IPAddress? address, int port)
    {
        if (isEverything)
        {
            return true;
        }

        if (address is not null)
        {
            return networks.Exists(entry => IsPort(entry.Port) && entry.Network.Contains(Plain(address)));
        }

        return names.Exists(entry => IsPort(entry.Port)
            && (host.EndsWith(entry.Suffix, StringComparison.OrdinalIgnoreCase)
                || (entry.WithItself && host.AsSpan().Equals(entry.Suffix.AsSpan(1), StringComparison.OrdinalIgnoreCase))));

        bool IsPort(int? wanted) => wanted is null || wanted == port;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool TryAdd(string entry)
    {
        if (entry.Contains('/', StringComparison.Ordinal))
        {
            return TryAddNetwork(entry);
        }

        if (!TrySplitPort(entry, out var host, out var port))
        {
            return false;
        }

        if (GoAddress.TryParse(host, out var address))
        {
            var plain = Plain(address);
            networks.Add((new IPNetwork(plain, plain.GetAddressBytes().Length * 8), port));
            return true;
        }

        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        var withItself = !name.StartsWith('.');
        var suffix = withItself ? $".{name}" : name;
        if (suffix.Length < 2 || suffix.AsSpan().ContainsAny(" :*[]"))
        {
            return false;
        }

        try
        {
            names.Add(($".{new IdnMapping().GetAscii(suffix[1..])}", withItself, port));
        }
        catch (ArgumentException)
        {
            names.Add((suffix, withItself, port)); // no name of the domain name system; compared as it stands
        }

        return true;
    }

    private bool TryAddNetwork(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (!GoAddress.TryParse(entry[..slash], out var address)
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > address.GetAddressBytes().Length * 8)
        {
            return false;
        }

        // The bits behind the prefix do not count: 10.1.2.3/8 is 10.0.0.0/8.
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        networks.Add((new IPNetwork(new IPAddress(bytes), length), null));
        return true;
    }

    // name, name:port, address, address:port, IPv6, [IPv6]:port
    private static bool TrySplitPort(string entry, out string host, out int? port)
    {
        (host, port) = (entry, null);
        var number = 0;
        var colon = entry.LastIndexOf(':');
        var isBare = colon < 0 || (entry.AsSpan().Count(':') > 1 && !entry.Contains(']', StringComparison.Ordinal));
        if (!isBare && colon > entry.LastIndexOf(']'))
        {
            var digits = entry.AsSpan(colon + 1);
            if (!digits.IsEmpty && (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number > 65535))
            {
                return false;
            }

            (host, port) = (entry[..colon], digits.IsEmpty ? null : number);
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }

        return host.Length > 0;
    }
}
