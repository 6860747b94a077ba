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
    private readonly int memoryCapacity;
    private readonly IDisposable owner;
    private readonly SafeFileHandle position;
    private readonly SortedDictionary<long, SpoolFile> files = []; // by number
    private readonly Queue<AlertLine> memory = new();
    private readonly List<int> peeked = []; // lengths of the records that Peek gave; 0 for those in memory
    private SafeFileHandle? last;
    private SafeFileHandle? first;
    private long firstNumber = -1;
    private (long File, long Offset) next;

    private AlertSpool(string folder, long maxBytes, int memoryCapacity)
    {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.memoryCapacity = memoryCapacity;
        fileBytes = Math.Clamp(maxBytes / 16, SmallestFile, LargestFile);
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

    /// <summary>Bytes that were no whole record and were cut off.</summary>
    public long CutBytes { get; private set; }

    /// <summary>Opens a spool, and makes it if need be.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="maxBytes">What may lie on disk.</param>
    /// <param name="memoryCapacity">How many alerts may wait in memory while the disk takes none.</param>
    /// <exception cref="IOException">The folder cannot be used, or somebody has it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used.</exception>
    public static AlertSpool Open(string folder, long maxBytes, int memoryCapacity)
    {
        var spool = new AlertSpool(folder, maxBytes, memoryCapacity);
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

            if (memory.Count >= memoryCapacity)
            {
                return false;
            }

            memory.Enqueue(alert);
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

                if (Read(file, offset) is not { } record)
                {
                    if (alerts.Count > 0)
                    {
                        break;
                    }

                    // What follows in this file cannot be found any more.
                    CutBytes += files[file].Length - offset;
                    (files[file].Length, files[file].Alerts) = (offset, 0);
                    continue;
                }

                alerts.Add(SpoolFormat.Alert(record));
                peeked.Add(record.Length);
                offset += record.Length;
                bytes += record.Length;
            }

            if (OnDisk == 0)
            {
                alerts.AddRange(memory.Take(most));
                peeked.AddRange(Enumerable.Repeat(0, alerts.Count));
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
            foreach (var length in peeked.Take(count))
            {
                if (length == 0)
                {
                    memory.Dequeue();
                    continue;
                }

                while (next.Offset >= files[next.File].Length)
                {
                    next = (files.Keys.First(number => number > next.File), SpoolFormat.MarkBytes);
                }

                next.Offset += length;
                files[next.File].Alerts--;
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
        return SpoolFormat.IsPlace(handle, offset);
    }

    private void Recover(long number, long from)
    {
        using var handle = Handle(Name(number));
        var length = RandomAccess.GetLength(handle);
        if (!SpoolFormat.HasMark(handle))
        {
            // A file that was only just begun, or none of ours.
            CutBytes += length;
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, SpoolFormat.Mark, 0);
            files[number].Length = SpoolFormat.MarkBytes;
            return;
        }

        var at = from;
        while (SpoolFormat.Read(handle, at, length) is { } record)
        {
            at += record.Length;
            files[number].Alerts++;
        }

        if (at < length)
        {
            CutBytes += length - at;
            RandomAccess.SetLength(handle, at);
        }

        files[number].Length = at;
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

    private sealed class SpoolFile
    {
        public long Length;
        public long Alerts; // not done with
    }
}
