using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.Outputs;

/// <summary>
/// Alerts in a folder: files to whose last one is appended, and a position up to which alerts are done with. What the kernel has taken
/// survives the death of the process, not that of the machine. It has a bound; when that is reached, new alerts are not taken: those
/// that are there tell how it began. While the disk takes nothing, alerts wait in memory behind those on disk. From any thread.
/// </summary>
internal sealed class AlertSpool : IDisposable
{
    private const string Extension = ".alerts";
    private const long SmallestFile = 64 << 10;
    private const long LargestFile = 8 << 20;

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly long maxBytes;
    private readonly long fileBytes;
    private readonly (int Alerts, long Bytes) memoryRoom;
    private readonly IDisposable owner;
    private readonly SafeFileHandle position;
    private readonly SortedDictionary<long, SpoolFile> files = []; // by number
    private readonly Queue<AlertLine> memory = new();
    private readonly List<(long File, long End)> peeked = []; // where the records end that Peek gave; no file for those in memory
    private long memoryBytes;
    private SafeFileHandle? last;
    private SafeFileHandle? first;
    private long firstNumber = -1;
    private (long File, long Offset) next;

    private AlertSpool(string folder, long maxBytes, (int Alerts, long Bytes) memoryRoom)
    {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.memoryRoom = memoryRoom;
        fileBytes = Math.Clamp(maxBytes / 16, SmallestFile, LargestFile);
        SpoolFolder.RefuseLink(folder);
        SpoolFolder.Create(folder);
        owner = SpoolFolder.Own(folder);
        try
        {
            position = Handle("position");
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Alerts that wait.</summary>
    public long Waiting
    {
        get
        {
            lock (gate)
            {
                return OnDisk + memory.Count;
            }
        }
    }

    /// <summary>Those of them that are in memory alone.</summary>
    public int InMemory
    {
        get
        {
            lock (gate)
            {
                return memory.Count;
            }
        }
    }

    /// <summary>Bytes of the files.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return Length;
            }
        }
    }

    /// <summary>Bytes that were no whole record, and were cut off or passed over.</summary>
    public long CutBytes { get; private set; }

    /// <summary>Damaged places that were passed over: so many alerts at least are lost.</summary>
    public long Damaged { get; private set; }

    /// <summary>Opens a spool, and makes it if need be.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="maxBytes">What may lie on disk.</param>
    /// <param name="memoryRoom">How many alerts may wait in memory while the disk takes none, and how many bytes together.</param>
    /// <exception cref="IOException">The folder cannot be used, or somebody has it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used.</exception>
    public static AlertSpool Open(string folder, long maxBytes, (int Alerts, long Bytes) memoryRoom)
    {
        var spool = new AlertSpool(folder, maxBytes, memoryRoom);
        try
        {
            spool.Recover();
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <summary>Takes an alert; false when there is no room.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="fault">Why it had to go into memory; null when it did not.</param>
    public bool Append(AlertLine alert, out IOException? fault)
    {
        fault = null;
        lock (gate)
        {
            // Order: what is in memory is newer than what is on disk.
            if (memory.Count == 0)
            {
                var record = SpoolFormat.Record(alert);
                if (Length + record.Length + SpoolFormat.MarkBytes > maxBytes)
                {
                    return false;
                }

                fault = TryAppend(record);
                if (fault is null)
                {
                    return true;
                }
            }

            if (memory.Count >= memoryRoom.Alerts || memoryBytes >= memoryRoom.Bytes)
            {
                return false;
            }

            memory.Enqueue(alert);
            memoryBytes += alert.Line.Length;
            return true;
        }
    }

    /// <summary>The next alerts.</summary>
    /// <param name="most">So many at most.</param>
    /// <param name="mostBytes">So many bytes at most, where that is more than one alert.</param>
    public List<AlertLine> Peek(int most, int mostBytes)
    {
        lock (gate)
        {
            peeked.Clear();
            var alerts = new List<AlertLine>();
            var (file, offset) = next;
            for (long bytes = 0; alerts.Count < most && alerts.Count < OnDisk && bytes < mostBytes;)
            {
                if (offset >= files[file].Length)
                {
                    (file, offset) = (files.Keys.First(number => number > file), SpoolFormat.MarkBytes);
                    continue;
                }

                offset = files[file].After(offset);
                if (Read(file, offset) is not { } record)
                {
                    if (alerts.Count > 0)
                    {
                        break;
                    }

                    Survey(file, first!, offset, files[file].Length); // it was whole when it was written
                    continue;
                }

                alerts.Add(SpoolFormat.Alert(record));
                offset += record.Length;
                peeked.Add((file, offset));
                bytes += record.Length;
            }

            if (OnDisk == 0)
            {
                alerts.AddRange(memory.Take(most));
                peeked.AddRange(Enumerable.Repeat((0L, 0L), alerts.Count));
            }

            return alerts;
        }
    }

    /// <summary>The first of the alerts that were peeked at are done with.</summary>
    /// <exception cref="IOException">The position could not be written: after a crash these alerts would be sent again.</exception>
    public void Settle(int count)
    {
        lock (gate)
        {
            var moved = false;
            foreach (var (file, end) in peeked.Take(count))
            {
                if (end == 0)
                {
                    memoryBytes -= memory.Dequeue().Line.Length;
                    continue;
                }

                next = (file, end);
                files[file].Alerts--;
                moved = true;
            }

            peeked.RemoveRange(0, Math.Min(count, peeked.Count));
            if (moved)
            {
                WritePosition();
                RemoveBefore(next.File);
            }
        }
    }

    public void Dispose()
    {
        last?.Dispose();
        first?.Dispose();
        position.Dispose();
        owner.Dispose();
    }

    private long OnDisk => files.Values.Sum(static file => file.Alerts);

    private long Length => files.Values.Sum(static file => file.Length);

    // What was done with, what is whole, and what is not, after whatever has happened.
    private void Recover()
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            // Other names are somebody else's files, which stay as they are.
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= SpoolFormat.LargestNumber && Path.GetFileName(path) == Name(number))
            {
                files[number] = new SpoolFile();
            }
        }

        var bytes = new byte[SpoolFormat.PositionBytes];
        var isKnown = SpoolFormat.TryReadPosition(bytes.AsSpan(0, RandomAccess.Read(position, bytes, 0)), out var file, out var offset);
        if (isKnown)
        {
            RemoveBefore(file);
        }

        if (files.Count == 0)
        {
            next = (isKnown ? file + 1 : 1, SpoolFormat.MarkBytes);
            Begin(next.File);
            return;
        }

        var oldest = files.Keys.First();
        next = (oldest, isKnown && file == oldest && IsPlace(oldest, offset) ? offset : SpoolFormat.MarkBytes);
        foreach (var number in files.Keys.ToList())
        {
            Recover(number, number == oldest ? next.Offset : SpoolFormat.MarkBytes);
        }

        if (isKnown && (file, offset) != next)
        {
            WritePosition(); // else what is appended from now on would be taken for what was done with
        }

        last = Handle(Name(files.Keys.Last()));
    }

    private bool IsPlace(long number, long offset)
    {
        using var handle = Handle(Name(number));
        return SpoolFile.IsPlace(handle, offset);
    }

    private void Recover(long number, long from)
    {
        using var handle = Handle(Name(number));
        var length = RandomAccess.GetLength(handle);
        Survey(number, handle, from, length);
        if (files[number].Length < length)
        {
            RandomAccess.SetLength(handle, files[number].Length);
        }

        if (!SpoolFormat.HasMark(handle)) // one that was only just begun, or whose first bytes are damaged
        {
            RandomAccess.Write(handle, SpoolFormat.Mark, 0);
            CutBytes += Math.Min(length, SpoolFormat.MarkBytes);
        }
    }

    private void Survey(long number, SafeFileHandle handle, long from, long end)
    {
        var file = files[number];
        var (places, bytes) = (file.DamagedPlaces, file.DamagedBytes);
        file.Survey(handle, from, end);
        Damaged += file.DamagedPlaces - places;
        CutBytes += file.DamagedBytes - bytes + Math.Max(end - file.Length, 0);
    }

    private IOException? TryAppend(byte[] record)
    {
        try
        {
            var number = files.Keys.Last();
            if (files[number].Length > SpoolFormat.MarkBytes && files[number].Length + record.Length > fileBytes)
            {
                Begin(++number);
            }

            var length = files[number].Length;
            try
            {
                RandomAccess.Write(last!, record, length);
            }
            catch (IOException)
            {
                // What a full disk has taken of it; where it cannot be cut off now, the next record is written over it.
                RandomAccess.SetLength(last!, length);
                throw;
            }

            files[number].Length = length + record.Length;
            files[number].Alerts++;
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception as IOException ?? new IOException(exception.Message, exception);
        }
    }

    private void Begin(long number)
    {
        var handle = Handle(Name(number));
        try
        {
            RandomAccess.Write(handle, SpoolFormat.Mark, 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        last?.Dispose();
        last = handle;
        files[number] = new SpoolFile { Length = SpoolFormat.MarkBytes };
    }

    // Null where there is no whole record, though there was one.
    private byte[]? Read(long number, long offset)
    {
        if (firstNumber != number)
        {
            first?.Dispose();
            first = Handle(Name(number));
            firstNumber = number;
        }

        return SpoolFormat.Read(first!, offset, files[number].Length);
    }

    private void WritePosition() => RandomAccess.Write(position, SpoolFormat.Position(next.File, next.Offset), 0);

    private void RemoveBefore(long number)
    {
        foreach (var done in files.Keys.TakeWhile(file => file < number).ToList())
        {
            files.Remove(done);
            File.Delete(Path.Combine(folder, Name(done)));
        }
    }

    private SafeFileHandle Handle(string name) => SpoolFolder.Open(Path.Combine(folder, name));

    private static string Name(long number) => number.ToString("D20", CultureInfo.InvariantCulture) + Extension;
}
