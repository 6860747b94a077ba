using System.Net;

namespace Saker.Detector.AddressNames;

/// <summary>Who is asked for names and addresses.</summary>
internal interface INameResolver
{
    /// <summary>The addresses of a name; none when there are none, or nobody answers.</summary>
    Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken);

    /// <summary>The name that an address is said to have; null when there is none, or nobody answers.</summary>
    Task<string?> NameOfAsync(IPAddress address, CancellationToken cancellationToken);
}
