namespace Saker.Router.Log;

/// <summary>What became of an append.</summary>
internal enum AppendStatus : byte
{
    /// <summary>Stored, as durably as configured.</summary>
    Stored,

    /// <summary>Refused: free space is below the reserve. Try again later.</summary>
    DiskFull,

    /// <summary>The write or the sync failed; the record is not promised to be stored. Try again later.</summary>
    WriteFailed,

    /// <summary>Larger than any record may be; never comes through.</summary>
    TooLarge,

    /// <summary>The log is being closed.</summary>
    Closed,
}

/// <summary>The result of an append.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Position">The record's position when it was stored, else -1.</param>
internal readonly record struct AppendResult(AppendStatus Status, long Position)
{
    /// <summary>True when the sender may be told that the alert is kept.</summary>
    public bool IsStored => Status == AppendStatus.Stored;

    internal static AppendResult Refused(AppendStatus status) => new(status, -1);
}
