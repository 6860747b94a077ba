namespace Saker.Detector.State;

/// <summary>Names of addresses, found out elsewhere. For the event thread, which never waits for one.</summary>
internal interface IAddressNames
{
    /// <summary>Addresses of which a name is known.</summary>
    int Known { get; }

    /// <summary>Addresses whose names were asked for.</summary>
    long Asked { get; }

    /// <summary>Addresses that were not asked for since too many were known or waited.</summary>
    long LeftOut { get; }

    /// <summary>How often a name was wanted and there was none, or none yet.</summary>
    long Absent { get; }

    /// <summary>The name of an address of 4 or 16 bytes in network order; empty when none is known. It is asked for then, if that may be.</summary>
    ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> address);
}
