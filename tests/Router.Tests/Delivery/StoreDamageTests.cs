using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>Damage to the positions and to the dead letters: seen, said, and nothing wrong is believed.</summary>
public sealed class StoreDamageTests
{
    private const string Letters = "/data/dead-letters";
    private const string Positions = "/data/cursors/cursors";
    private static readonly CursorPosition[] Saved = [new("a", "t", 5, 9, [6, 8]), new("b-long-name", "webhook", 0, 1 << 20, [], 77)];
    private readonly CrashableFiles files = new();

    [Fact]
    public void Every_flipped_bit_and_every_cut_of_the_positions_is_seen()
    {
        var store = new CursorStore(files, "/data/cursors", NullLogger.Instance);
        store.Save(Saved);
        byte[] good = [];
        files.Edit(Positions, bytes => good = bytes);
        foreach (var damaged in Enumerable.Range(0, good.Length * 8).Select(bit => Flipped(good, bit)).Concat(Enumerable.Range(0, good.Length).Select(length => good[..length])))
        {
            store.Save(Saved);
            files.Edit(Positions, _ => damaged);
            Assert.Null(store.Load());
        }

        store.Save(Saved);
        Assert.Equal(["a 5 9 6,8 0", "b-long-name 0 1048576  77"], store.Load()!.Select(static position => $"{position.Name} {position.Low} {position.Read} {string.Join(',', position.Open)} {position.OrphanedAt}"));
        Assert.Equal("53414B455243555201000000", Convert.ToHexString(good, 0, 12)); // on disks: add a version, do not change this one
    }

    [Fact]
    public void Positions_that_were_being_replaced_when_the_plug_was_pulled_are_the_old_or_the_new_ones()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var disk = new CrashableFiles();
            var store = new CursorStore(disk, "/data/cursors", NullLogger.Instance);
            store.Save([new("a", "t", 1, 1, [])]);
            var syncs = seed % 3;
            disk.BeforeSync = _ =>
            {
                if (syncs-- == 0)
                {
                    throw new IOException("off");
                }
            };
            if (seed % 3 == 2)
            {
                store.Save([new("a", "t", 2, 2, [])]);
            }
            else
            {
                Assert.Throws<IOException>(() => store.Save([new("a", "t", 2, 2, [])]));
            }

            disk.BeforeSync = null;
            disk.Crash(new Random(seed));
            var loaded = Assert.Single(new CursorStore(disk, "/data/cursors", NullLogger.Instance).Load()!);
            Assert.InRange(loaded.Low, seed % 3 == 2 ? 2 : 1, 2);
        }
    }

    [Theory]
    [InlineData("bit flipped", 1)]
    [InlineData("zeroed range", 3)]
    [InlineData("torn tail", 1)]
    [InlineData("garbage appended", 0)]
    [InlineData("file missing", 40)]
    public async Task Damaged_dead_letters_leave_the_others_and_say_how_many_are_lost(string kind, int most)
    {
        int first;
        await using (var letters = Open(NullLogger<SegmentLog>.Instance))
        {
            for (var i = 0; i < 100; i++)
            {
                await letters.AddAsync(Letter(i));
            }

            first = (int)letters.Count;
        }

        var path = Path.Combine(Letters, files.List(Letters).Order(StringComparer.Ordinal).ToArray()[kind is "torn tail" or "garbage appended" ? ^1 : 1]);
        if (kind == "file missing")
        {
            files.Delete(path);
        }
        else
        {
            files.Edit(path, bytes => Damaged(bytes, kind));
        }

        var lines = new Lines();
        await using var again = Open(lines);
        var left = again.List().Count();
        Assert.Equal(left, again.Count);
        Assert.InRange(first - left, most == 0 ? 0 : 1, most);
        Assert.All(again.List(), static letter => Assert.Equal($"answer {letter.Attempts}", letter.Answer));
        Assert.NotEmpty(lines.Ids); // each kind is said: 3001 the tail, 3002 the stretch, 3120 the count
        if (kind is not "torn tail" and not "garbage appended")
        {
            Assert.Contains(3120, lines.Ids);
        }
    }

    private DeadLetters Open(ILogger<SegmentLog> logger) => DeadLetters.Open(files, Letters, 64 << 10, 0, Durability.Fsync, TimeProvider.System, logger);

    private static DeadLetter Letter(int number) => new()
    {
        Output = "a",
        Type = "t",
        Reason = "rejected",
        Answer = $"answer {number}",
        Attempts = number,
        Accepted = DateTimeOffset.UnixEpoch,
        Payload = LogFixture.Alert(number, 100),
    };

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static byte[] Damaged(byte[] bytes, string kind)
    {
        switch (kind)
        {
            case "bit flipped":
                bytes[1000] ^= 4;
                return bytes;
            case "zeroed range":
                bytes.AsSpan(1000, 600).Clear();
                return bytes;
            case "torn tail":
                return bytes[..^20];
            default:
                return [.. bytes, .. Enumerable.Repeat((byte)7, 3000)];
        }
    }

    private sealed class Lines : ILogger<SegmentLog>
    {
        public List<int> Ids { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Ids.Add(eventId.Id);
            }
        }
    }
}
