using Saker.Alerts;

namespace Saker.Router.Log;

/// <summary>A record that is to be appended.</summary>
/// <param name="Payload">The alert as JSON. The log keeps it: it must not change any more.</param>
/// <param name="Alert">The same alert in parsed form if the caller has it; otherwise the first reader parses it.</param>
internal readonly record struct LogEntry(ReadOnlyMemory<byte> Payload, Alert? Alert = null)
{
    /// <summary>Records that are appended together at most: a group of the writer has them all.</summary>
    public const int MaxTogether = 256;
}
