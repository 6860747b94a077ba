using System.Globalization;
using System.Text;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>Alerts that were given up. Bounded: when it is full, the oldest go, and are counted.</summary>
internal interface IDeadLetters
{
    /// <summary>Letters that are there.</summary>
    long Count { get; }

    /// <summary>Letters that had to go for newer ones since the start.</summary>
    long Displaced { get; }

    /// <summary>The number of the newest letter; -1 when there is none.</summary>
    long Newest { get; }

    /// <summary>Keeps a letter, durably.</summary>
    ValueTask<AppendResult> AddAsync(DeadLetter letter);

    /// <summary>Letters from <paramref name="from"/> on, oldest first; for one output if named.</summary>
    IEnumerable<DeadLetter> List(string? output = null, long from = 0);

    /// <summary>One letter; null when there is none.</summary>
    DeadLetter? Find(long id);

    /// <summary>Marks a letter as dropped or resent. False: there is none, or the mark could not be kept.</summary>
    ValueTask<bool> RemoveAsync(long id);
}

/// <summary>
/// Dead letters in a log of their own kind: letters and tombstones are its records, a letter's number is its position. So
/// they get checksums, group commit and recovery from the same code as the alerts.
/// </summary>
internal sealed class DeadLetters : IDeadLetters, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly SortedSet<long> live = [];
    private readonly IAlertLog log;
    private long displaced;

    private DeadLetters(IAlertLog log) => this.log = log;

    public long Count
    {
        get
        {
            lock (gate)
            {
                return live.Count;
            }
        }
    }

    public long Displaced => Volatile.Read(ref displaced);

    public long Newest
    {
        get
        {
            lock (gate)
            {
                return live.Count == 0 ? -1 : live.Max;
            }
        }
    }

    /// <summary>Opens the store and reads through it.</summary>
    /// <param name="files">The file operations.</param>
    /// <param name="directory">Its folder.</param>
    /// <param name="maxBytes">Bytes it may have; whole segments of a sixteenth of it go at a time.</param>
    /// <param name="freeSpaceReserve">Bytes that stay free. Less than the alerts leave, so that what is given up can be kept on a disk that takes no alert any more.</param>
    /// <param name="durability">As for the alerts.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">For the log below it.</param>
    /// <exception cref="DataDirectoryException">The files cannot be read, or a newer version wrote them.</exception>
    public static DeadLetters Open(IDataFiles files, string directory, long maxBytes, long freeSpaceReserve, Durability durability, TimeProvider clock, ILogger<SegmentLog> logger)
    {
        var options = new SegmentLogOptions
        {
            Durability = durability,
            SegmentBytes = Math.Max(maxBytes / 16, 1 << 10),
            FreeSpaceReserve = freeSpaceReserve,
            HistoryBytes = maxBytes,
            HistoryAge = TimeSpan.FromDays(3650),
            TailBytes = 256 << 10,
            TailRecords = 256,
        };
        var letters = new DeadLetters(SegmentLog.Open(files, directory, options, clock, logger));
        if (letters.ReadThrough() is var lost and > 0)
        {
            DeliveryMessages.DeadLettersLost(logger, directory, lost);
        }

        return letters;
    }

    public async ValueTask<AppendResult> AddAsync(DeadLetter letter)
    {
        var result = await log.AppendAsync(letter.Format());
        if (!result.IsStored)
        {
            return result;
        }

        lock (gate)
        {
            live.Add(result.Position);
            DisplaceOldest();
        }

        return result;
    }

    public IEnumerable<DeadLetter> List(string? output = null, long from = 0)
    {
        using var reader = log.OpenReader(Math.Max(from, log.First));
        while (reader.TryRead(out var record))
        {
            if (IsLive(record!.Position) && DeadLetter.TryParse(record, out var letter, out _) && letter is not null && (output is null || letter.Output == output))
            {
                yield return letter;
            }
        }
    }

    public DeadLetter? Find(long id)
    {
        if (!IsLive(id))
        {
            return null;
        }

        using var reader = log.OpenReader(id);
        return reader.TryRead(out var record) && record!.Position == id && DeadLetter.TryParse(record, out var letter, out _) ? letter : null;
    }

    public async ValueTask<bool> RemoveAsync(long id)
    {
        if (!IsLive(id))
        {
            return false;
        }

        var result = await log.AppendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"gone\":{id}}}")));
        if (!result.IsStored)
        {
            return false;
        }

        lock (gate)
        {
            return live.Remove(id);
        }
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();

    private bool IsLive(long id)
    {
        lock (gate)
        {
            return live.Contains(id);
        }
    }

    /// <summary>Reads letters and tombstones; returns how many of either were lost to damage.</summary>
    private long ReadThrough()
    {
        using var reader = log.OpenReader(log.First);
        while (reader.TryRead(out var record))
        {
            if (!DeadLetter.TryParse(record!, out var letter, out var tombstone))
            {
                continue;
            }

            if (letter is not null)
            {
                live.Add(letter.Id);
            }
            else
            {
                live.Remove(tombstone);
            }
        }

        return reader.Lost;
    }

    private void DisplaceOldest()
    {
        log.Release(log.Next);
        while (live.Count > 0 && live.Min < log.First)
        {
            live.Remove(live.Min);
            displaced++;
        }
    }
}
