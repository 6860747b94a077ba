using Saker.Alerts;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Alerts on disk, over restarts and damage.</summary>
public sealed class AlertSpools : IDisposable
{
    private const long Mebibyte = 1 << 20;
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    private string Spool => Path.Combine(folder, "spool");

    private IEnumerable<string> Files => Directory.EnumerateFiles(Spool, "*.alerts").Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Alerts_come_back_as_they_were_and_in_order_also_over_many_files()
    {
        using var spool = Open(16 * Mebibyte);
        for (var i = 0; i < 300; i++)
        {
            Add(spool, i, padding: 10_000);
        }

        Assert.True(Files.Count() > 2);
        Assert.Equal(300, spool.Waiting);
        for (var next = 0; next < 300;)
        {
            var alerts = spool.Peek(7, int.MaxValue);
            Assert.Equal(Enumerable.Range(next, alerts.Count), alerts.Select(Number));
            Assert.All(alerts, static alert => Assert.True(alert is { IsJson: true, Priority: Priority.Critical }));
            spool.Settle(alerts.Count - 1); // the last one comes again
            next += alerts.Count - 1;
            if (alerts.Count == 1)
            {
                spool.Settle(1);
                next++;
            }
        }

        Assert.Equal(0, spool.Waiting);
        Assert.Empty(spool.Peek(7, int.MaxValue));
        Assert.Single(Files); // what is done with is removed
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    public void What_is_not_done_with_is_there_after_a_restart_and_nothing_else(int settled)
    {
        using (var spool = Open())
        {
            for (var i = 0; i < 10; i++)
            {
                Add(spool, i);
            }

            spool.Peek(10, int.MaxValue);
            spool.Settle(settled);
        }

        using var again = Open();
        Assert.Equal(10 - settled, again.Waiting);
        Add(again, 10);
        Assert.Equal(Enumerable.Range(settled, 11 - settled), again.Peek(100, int.MaxValue).Select(Number));
        Assert.Equal(0, again.CutBytes);
    }

    [Fact]
    public void Wherever_a_write_was_cut_off_the_whole_alerts_before_it_are_kept_and_the_rest_is_counted()
    {
        using (var spool = Open())
        {
            Add(spool, 0);
            Add(spool, 1);
        }

        var file = Files.Single();
        var whole = File.ReadAllBytes(file);
        var record = (whole.Length - 8) / 2;
        for (var length = 8; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            using (var spool = Open())
            {
                var kept = (length - 8) / record;
                Assert.Equal(kept, spool.Waiting);
                Assert.Equal(length - 8 - (kept * record), spool.CutBytes);
                Add(spool, 7);
                Assert.Equal([.. Enumerable.Range(0, kept), 7], spool.Peek(9, int.MaxValue).Select(Number));
            }
        }
    }

    [Fact]
    public void Whatever_byte_is_damaged_nothing_wrong_comes_out()
    {
        using (var spool = Open())
        {
            Add(spool, 0);
            Add(spool, 1);
            Add(spool, 2);
        }

        var file = Files.Single();
        var whole = File.ReadAllBytes(file);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(file, damaged);
            using var spool = Open();
            Assert.True(spool.CutBytes > 0);
            var hit = at < 8 ? -1 : (at - 8) / ((whole.Length - 8) / 3);
            Assert.Equal(Enumerable.Range(0, 3).Where(number => number != hit), spool.Peek(9, int.MaxValue).Select(Number));
            Assert.Equal(hit is 0 or 1 ? 1 : 0, spool.Damaged); // the end may be what a crash left
        }
    }

    [Fact]
    public void Damage_while_it_is_open_costs_what_is_damaged_and_no_more()
    {
        using var spool = Open();
        for (var i = 0; i < 30; i++)
        {
            Add(spool, i, padding: 10_000);
        }

        var first = Files.First();
        using (var stream = new FileStream(first, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.Position = 8 + 100;
            stream.WriteByte((byte)'!');
        }

        var numbers = new List<int>();
        while (spool.Peek(5, int.MaxValue) is { Count: > 0 } alerts)
        {
            numbers.AddRange(alerts.Select(Number));
            spool.Settle(alerts.Count);
        }

        Assert.Equal(1, spool.Damaged);
        Assert.Equal(Enumerable.Range(1, 29), numbers);
        Assert.Equal(0, spool.Waiting);
    }

    [Fact]
    public void A_position_that_is_damaged_sends_again_and_loses_nothing()
    {
        using (var spool = Open())
        {
            Add(spool, 0);
            Add(spool, 1);
            spool.Peek(1, int.MaxValue);
            spool.Settle(1);
        }

        File.WriteAllText(Path.Combine(Spool, "position"), "nonsense, which is long enough");
        using var again = Open();
        Assert.Equal([0, 1], again.Peek(9, int.MaxValue).Select(Number));
    }

    [Fact]
    public void A_full_spool_takes_no_more_until_files_are_done_with_and_what_it_has_stays()
    {
        using var spool = Open(Mebibyte);
        var count = 0;
        while (spool.Append(Alert(count, 10_000), out _))
        {
            count++;
        }

        Assert.InRange(spool.Bytes, Mebibyte - 20_000, Mebibyte);
        Assert.Equal(Directory.EnumerateFiles(Spool, "*.alerts").Sum(static file => new FileInfo(file).Length), spool.Bytes);
        Assert.False(spool.Append(Alert(count, 10_000), out _));
        var some = spool.Peek(20, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, 20), some.Select(Number));
        spool.Settle(20);
        Assert.True(spool.Append(Alert(count, 10_000), out _));
        Assert.Equal(count + 1 - 20, spool.Waiting);
    }

    [Fact]
    public void Two_cannot_have_it()
    {
        using (Open())
        {
            Assert.Throws<IOException>(() => Open());
        }

        Open().Dispose();
    }

    [Fact]
    public void What_the_disk_does_not_take_waits_in_memory_behind_what_it_has_and_both_have_a_bound()
    {
        using var spool = Open(Mebibyte, memory: 3);
        for (var i = 0; i < 6; i++)
        {
            Add(spool, i, padding: 10_000);
        }

        // The next file cannot be begun.
        Directory.Move(Spool, Spool + ".away");
        File.WriteAllText(Spool, "in the way");
        Assert.True(spool.Append(Alert(6, 60_000), out var fault));
        Assert.NotNull(fault);
        Assert.True(spool.Append(Alert(7, 10), out fault));
        Assert.Null(fault); // order counts, so that the disk is not asked
        Assert.True(spool.Append(Alert(8, 10), out _));
        Assert.False(spool.Append(Alert(9, 10), out _));
        Assert.Equal((9, 3), (spool.Waiting, spool.InMemory));
        File.Delete(Spool);
        Directory.Move(Spool + ".away", Spool);
        var numbers = new List<int>();
        while (spool.Peek(4, int.MaxValue) is { Count: > 0 } alerts)
        {
            numbers.AddRange(alerts.Select(Number));
            spool.Settle(alerts.Count);
        }

        Assert.Equal(Enumerable.Range(0, 9), numbers);
        Add(spool, 9);
        Assert.Equal(0, spool.InMemory);
    }

    [Fact]
    public void Nobody_else_may_read_it()
    {
        using var spool = Open();
        Add(spool, 1);
#pragma warning disable CA1416 // the detector is for Linux
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files.Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Spool));
#pragma warning restore CA1416
    }

    private AlertSpool Open(long bytes = Mebibyte, int memory = 100) => AlertSpool.Open(Spool, bytes, (memory, Mebibyte));

    private static AlertLine Alert(int number, int padding) => new(System.Text.Encoding.UTF8.GetBytes($"{number} {new string('x', padding)}"), IsJson: true, Priority.Critical);

    private static int Number(AlertLine alert) => int.Parse(When.Text(alert).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static void Add(AlertSpool spool, int number, int padding = 10)
    {
        Assert.True(spool.Append(Alert(number, padding), out var fault));
        Assert.Null(fault);
    }
}
