using System.Net;
using System.Net.Sockets;

namespace Saker.Detector.AddressNames;

/// <summary>The machine's own resolver.</summary>
internal sealed class SystemResolver : INameResolver
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return []; // ArgumentException: a text that can be no name
        }
    }

    /// <inheritdoc/>
    public async Task<string?> NameOfAsync(IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            // The library gives the address itself as its name when it has none.
            var name = (await Dns.GetHostEntryAsync(address.ToString(), AddressFamily.Unspecified, cancellationToken)).HostName;
            return IPAddress.TryParse(name, out _) ? null : name;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return null;
        }
    }
}
