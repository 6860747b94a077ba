using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>
/// A disk in memory that knows what was synced: <see cref="Crash"/> keeps that, and of the rest a random part, torn anywhere, with
/// sectors that never came or hold what was there before.
/// Syncs can be held or failed, and the space can run out.
/// </summary>
internal sealed class CrashableFiles : IDataFiles
{
    private readonly Lock gate = new();
    private Dictionary<string, Content> live = [];
    private Dictionary<string, Content> named = [];
    private long epoch;

    /// <summary>Called before each sync of a file takes effect; may block or throw.</summary>
    public Action<string>? BeforeSync { get; set; }

    /// <summary>Called before each write; may throw.</summary>
    public Action<string>? BeforeWrite { get; set; }

    /// <summary>Called before each deletion; may throw.</summary>
    public Action<string>? BeforeDelete { get; set; }

    public long Free { get; set; } = long.MaxValue;

    /// <summary>The plug is pulled: open files are dead, unsynced names and bytes survive by chance.</summary>
    public void Crash(Random random)
    {
        lock (gate)
        {
            epoch++;
            var survived = new Dictionary<string, Content>();
            foreach (var path in live.Keys.Union(named.Keys).Order(StringComparer.Ordinal))
            {
                var isLive = live.TryGetValue(path, out var now);
                var isNamed = named.TryGetValue(path, out var before);
                var kept = isLive && isNamed && now == before ? now : random.Next(2) == 0 ? now : before;
                if (kept is not null)
                {
                    survived[path] = kept.AfterCrash(random);
                }
            }

            live = survived;
            named = new(survived);
        }
    }

    /// <summary>Changes the bytes of a file, synced or not.</summary>
    public void Edit(string path, Func<byte[], byte[]> edit)
    {
        lock (gate)
        {
            live[path].Set(edit(live[path].Bytes));
        }
    }

    public IDataFile Open(string path, bool create)
    {
        lock (gate)
        {
            if (create)
            {
                if (!live.TryAdd(path, new Content()))
                {
                    throw new IOException($"{path} exists.");
                }
            }
            else if (!live.ContainsKey(path))
            {
                throw new FileNotFoundException(path);
            }

            return new OpenFile(this, path, live[path], epoch);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (gate)
        {
            return [.. live.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(static path => Path.GetFileName(path))];
        }
    }

    public void CreateDirectory(string directory)
    {
        // Folders need no making here.
    }

    public void Delete(string path)
    {
        BeforeDelete?.Invoke(path);
        lock (gate)
        {
            live.Remove(path);
        }
    }

    public void Replace(string from, string to)
    {
        lock (gate)
        {
            live[to] = live[from];
            live.Remove(from);
        }
    }

    public void SyncDirectory(string directory)
    {
        BeforeSync?.Invoke(directory);
        lock (gate)
        {
            foreach (var path in named.Keys.Where(path => Path.GetDirectoryName(path) == directory).ToList())
            {
                named.Remove(path);
            }

            foreach (var (path, content) in live.Where(pair => Path.GetDirectoryName(pair.Key) == directory))
            {
                named[path] = content;
            }
        }
    }

    public long FreeBytes(string directory) => Free;

    private sealed class Content
    {
        private const int Sector = 512;
        private byte[] synced = [];

        public byte[] Bytes { get; private set; } = [];

        public void Set(byte[] bytes) => Bytes = bytes;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var changed = new byte[Math.Max(Bytes.Length, offset + bytes.Length)];
            Bytes.CopyTo(changed, 0);
            bytes.CopyTo(changed.AsSpan((int)offset));
            Bytes = changed;
        }

        public void Sync() => synced = Bytes;

        public Content AfterCrash(Random random)
        {
            var shared = Math.Min(synced.Length, Bytes.Length);
            var kept = shared == synced.Length ? random.Next(shared, Bytes.Length + 1) : synced.Length;
            var survived = new byte[kept];
            (kept > synced.Length ? Bytes : synced).AsSpan(0, kept).CopyTo(survived);
            for (var at = shared; at < kept && random.Next(2) == 0; at += Sector)
            {
                // The disk writes sectors in the order that it likes.
                if (random.Next(3) == 0)
                {
                    survived.AsSpan(at, Math.Min(Sector, kept - at)).Fill((byte)(random.Next(2) == 0 ? 0 : 0xFF));
                }
            }

            return new Content { Bytes = survived, synced = survived };
        }
    }

    private sealed class OpenFile(CrashableFiles owner, string path, Content content, long opened) : IDataFile
    {
        public long Length => content.Bytes.Length;

        public int Read(Span<byte> into, long offset)
        {
            lock (owner.gate)
            {
                var bytes = content.Bytes;
                var count = (int)Math.Clamp(bytes.Length - offset, 0, into.Length);
                bytes.AsSpan((int)Math.Min(offset, bytes.Length), count).CopyTo(into);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            owner.BeforeWrite?.Invoke(path);
            lock (owner.gate)
            {
                CheckAlive();
                content.Write(bytes, offset);
            }
        }

        public void SetLength(long length)
        {
            lock (owner.gate)
            {
                CheckAlive();
                var bytes = content.Bytes;
                Array.Resize(ref bytes, (int)length);
                content.Set(bytes);
            }
        }

        public void Sync()
        {
            owner.BeforeSync?.Invoke(path);
            lock (owner.gate)
            {
                CheckAlive();
                content.Sync();
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }

        private void CheckAlive()
        {
            if (opened != owner.epoch)
            {
                throw new IOException("The machine is off.");
            }
        }
    }
}
