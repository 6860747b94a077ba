using System.ComponentModel.DataAnnotations;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Names of addresses, for <c>fd.cip.name</c>, <c>fd.sip.name</c>, <c>fd.lip.name</c> and <c>fd.rip.name</c>. Falco has no such keys.</summary>
[SnakeCaseKeys]
internal sealed record AddressNamesOptions
{
    /// <summary>
    /// Whether names are looked up, while this machine is watched: the names that rules compare these fields with, at the start and every
    /// minute. The machine's resolver is asked, so that others may see which names the rules have.
    /// </summary>
    public bool Enabled { get; init; }

    /// <summary>
    /// Looks up the names of other addresses too when rules or alerts ask for them. The first events of an address have none yet. A name
    /// counts when it has the address itself. Whom the machine talks to is then seen by the servers that are asked.
    /// </summary>
    public bool Reverse { get; init; }

    /// <summary>Addresses whose names are remembered at most, for up to 15 minutes.</summary>
    [Range(100, 1_000_000)]
    public int MaxAddresses { get; init; } = 10_000;
}
