using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.Outputs;

/// <summary>
/// A file of a spool: how long it is, how many of its alerts are not done with, and its damaged places, which are passed over. A damaged
/// alert costs itself, not those behind it.
/// </summary>
internal sealed class SpoolFile
{
    private readonly SortedDictionary<long, long> damaged = []; // from where to where

    /// <summary>Bytes up to the end of the last whole record.</summary>
    public long Length { get; set; }

    /// <summary>Alerts that are not done with.</summary>
    public long Alerts { get; set; }

    /// <summary>Places that hold no whole record, though there are some behind them.</summary>
    public int DamagedPlaces => damaged.Count;

    /// <summary>Bytes of those places.</summary>
    public long DamagedBytes => damaged.Sum(static place => place.Value - place.Key);

    /// <summary>Where to read on: the place itself, or what is behind a damaged one that begins there.</summary>
    public long After(long offset) => damaged.GetValueOrDefault(offset, offset);

    /// <summary>Finds all whole records from a place on, which are those that are not done with.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="from">A place where a record begins, or did.</param>
    /// <param name="end">Where the file ends.</param>
    public void Survey(SafeFileHandle handle, long from, long end)
    {
        (Length, Alerts) = (from, 0);
        for (var at = from; at < end;)
        {
            if (SpoolFormat.Read(handle, at, end) is { } record)
            {
                at += record.Length;
                (Length, Alerts) = (at, Alerts + 1);
            }
            else if (SpoolFormat.Find(handle, at + 1, end) is { } next)
            {
                damaged[at] = next;
                at = next;
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>
    /// Whether a record begins or ends at a place of a file. Where none does, the file is not what it was (its end was lost with the
    /// machine's power, or it is another): from its beginning, what was sent comes twice, and nothing is lost.
    /// </summary>
    public static bool IsPlace(SafeFileHandle handle, long offset)
    {
        var length = RandomAccess.GetLength(handle);
        if (offset is < SpoolFormat.MarkBytes || offset > length)
        {
            return false;
        }

        if (offset == length || SpoolFormat.Read(handle, offset, length) is not null)
        {
            return true;
        }

        var before = new SpoolFile();
        before.Survey(handle, SpoolFormat.MarkBytes, length);
        return before.damaged.ContainsKey(offset) || before.Length == offset;
    }
}
