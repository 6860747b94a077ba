using Microsoft.Extensions.Time.Testing;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

public sealed class SegmentLogTests
{
    private static readonly SegmentLogOptions Small = new() { SegmentBytes = 64 << 10, TailRecords = 16 };

    [Fact]
    public async Task What_was_stored_is_read_from_tail_and_segments_and_after_a_restart()
    {
        var files = new CrashableFiles();
        await using (var log = LogFixture.Open(files, Small))
        {
            await LogFixture.FillAsync(log, 500);
            Assert.True(log.Status.Segments > 5);
            Assert.Equal((500, 0), LogFixture.ReadAll(log));
        }

        await using var again = LogFixture.Open(files, Small);
        Assert.Equal(500, again.Next);
        Assert.Equal((500, 0), LogFixture.ReadAll(again));
        await LogFixture.FillAsync(again, 10);
        Assert.Equal((510, 0), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task No_append_completes_and_no_reader_sees_it_before_the_sync_that_covers_it()
    {
        var files = new CrashableFiles();
        using var hold = new SemaphoreSlim(0);
        using var reached = new SemaphoreSlim(0);
        await using var log = LogFixture.Open(files);
        await LogFixture.FillAsync(log, 1);
        files.BeforeSync = path =>
        {
            reached.Release();
            hold.Wait(TestContext.Current.CancellationToken);
        };
        var first = LogFixture.StoreAsync(log, LogFixture.Alert(1));
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        var second = LogFixture.StoreAsync(log, LogFixture.Alert(2));
        Assert.False(first.IsCompleted);
        Assert.Equal(1, log.Next);

        hold.Release();
        Assert.Equal(1, (await first).Position);
        await reached.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        Assert.Equal(2, log.Next);
        hold.Release();
        Assert.Equal(2, (await second).Position);
    }

    [Fact]
    public async Task Records_that_are_appended_together_lie_together_under_one_sync()
    {
        var (files, syncs) = (new CrashableFiles(), 0);
        await using (var log = LogFixture.Open(files, Small))
        {
            await LogFixture.FillAsync(log, 1, padding: 0);
            files.BeforeSync = _ => Interlocked.Increment(ref syncs);
            var entries = Enumerable.Range(1, LogEntry.MaxTogether).Select(static number => new LogEntry(LogFixture.Alert(number))).ToList();
            var together = log.AppendAsync(entries, TestContext.Current.CancellationToken);
            Assert.Equal(new AppendResult(AppendStatus.Stored, 1), await together);
            Assert.Equal(1, syncs);
            Assert.Equal(new AppendResult(AppendStatus.Stored, 257), await LogFixture.StoreAsync(log, LogFixture.Alert(257)));
            Assert.Equal((258, 0), LogFixture.ReadAll(log));
        }

        await using var again = LogFixture.Open(files, Small);
        Assert.Equal((258, 0), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task Of_records_that_are_appended_together_all_are_stored_or_none_and_each_refused_one_is_counted()
    {
        var files = new CrashableFiles();
        await using var log = LogFixture.Open(files, Small);
        files.BeforeSync = _ => throw new IOException("no");
        List<LogEntry> entries = [new(LogFixture.Alert(0)), new(LogFixture.Alert(1)), new(LogFixture.Alert(2))];
        Assert.Equal(AppendStatus.WriteFailed, (await log.AppendAsync(entries, TestContext.Current.CancellationToken)).Status);
        Assert.Equal((0, 3), (log.Next, log.Status.Refused));
        files.BeforeSync = null;
        Assert.Equal(new AppendResult(AppendStatus.Stored, 0), await log.AppendAsync(entries, TestContext.Current.CancellationToken));
        Assert.Equal((3, 0), LogFixture.ReadAll(log));

        entries.Add(new(new byte[RecordFormat.MaxPayload + 1]));
        Assert.Equal(AppendStatus.TooLarge, (await log.AppendAsync(entries, TestContext.Current.CancellationToken)).Status);
        Assert.Equal(3, log.Next);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.AppendAsync([], TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.AppendAsync([.. Enumerable.Repeat(entries[0], LogEntry.MaxTogether + 1)], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failed_sync_refuses_its_group_and_the_log_goes_on_at_the_last_commit()
    {
        var files = new CrashableFiles();
        await using (var log = LogFixture.Open(files))
        {
            await LogFixture.FillAsync(log, 3);
            files.BeforeSync = static _ => throw new IOException("no");
            Assert.Equal(AppendStatus.WriteFailed, (await LogFixture.StoreAsync(log, LogFixture.Alert(99))).Status);
            Assert.Equal(AppendStatus.WriteFailed, (await LogFixture.StoreAsync(log, LogFixture.Alert(99))).Status);
            Assert.NotNull(log.Status.Fault);
            files.BeforeSync = null;
            await LogFixture.FillAsync(log, 3);
            Assert.Null(log.Status.Fault);
            Assert.Equal(2, log.Status.Refused);
            Assert.Equal((6, 0), LogFixture.ReadAll(log));
        }

        await using var again = LogFixture.Open(files);
        Assert.Equal((6, 0), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task A_full_disk_is_refused_before_a_write_fails_and_recovers()
    {
        var files = new CrashableFiles { Free = (64 << 20) + 100 };
        files.BeforeWrite = static _ => Assert.Fail("nothing may be written");
        await using var log = LogFixture.Open(files);
        Assert.Equal(AppendStatus.DiskFull, (await LogFixture.StoreAsync(log, LogFixture.Alert(0, 500))).Status);
        files.BeforeWrite = null;
        files.Free = 1L << 30;
        await LogFixture.FillAsync(log, 2);
        Assert.Equal((2, 0), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task Accept_times_never_decrease_when_the_clock_does_and_across_a_restart()
    {
        var files = new CrashableFiles();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };
        await using (var log = LogFixture.Open(files, clock: clock))
        {
            await LogFixture.FillAsync(log, 1);
        }

        var earlier = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));
        await using var again = LogFixture.Open(files, clock: earlier);
        await LogFixture.FillAsync(again, 1);
        using var reader = again.OpenReader(0);
        Assert.True(reader.TryRead(out var first));
        Assert.True(reader.TryRead(out var second));
        Assert.Equal(first!.AcceptedNanoseconds, second!.AcceptedNanoseconds);
    }

    [Fact]
    public async Task A_log_whose_end_was_lost_goes_on_behind_the_furthest_cursor()
    {
        var files = new CrashableFiles();
        await using (var log = LogFixture.Open(files))
        {
            await LogFixture.FillAsync(log, 5);
            log.AdvanceTo(9);
            await LogFixture.FillAsync(log, 1);
            Assert.Equal((6, 4), LogFixture.ReadAll(log));
        }

        await using var again = LogFixture.Open(files);
        Assert.Equal(10, again.Next);
        Assert.Equal((6, 4), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task Released_segments_go_when_the_history_bounds_allow_and_never_before()
    {
        var files = new CrashableFiles();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await using var log = LogFixture.Open(files, Small, clock: clock);
        await LogFixture.FillAsync(log, 500);
        log.Release(500);
        Assert.Equal(0, log.First);
        clock.Advance(TimeSpan.FromHours(25));
        log.Release(200);
        Assert.InRange(log.First, 1, 200);
        var first = log.First;
        log.Release(500);
        Assert.InRange(log.First, first + 1, 500);
        using var reader = log.OpenReader(log.First);
        Assert.True(reader.TryRead(out var record));
        Assert.Equal(log.First, record!.Position);
    }

    [Fact]
    public async Task The_log_is_found_by_time_and_by_bytes()
    {
        var files = new CrashableFiles();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        await using var log = LogFixture.Open(files, Small, clock: clock);
        await LogFixture.FillAsync(log, 300);
        clock.Advance(TimeSpan.FromHours(1));
        await LogFixture.FillAsync(log, 300);
        Assert.InRange(log.FindByTime(clock.GetUtcNow()), 150, 300);
        Assert.Equal(0, log.FindByTime(clock.GetUtcNow() - TimeSpan.FromHours(2)));
        Assert.Equal(0, log.FindByBytes(1 << 30));

        // Histories start where a segment or an indexed group starts, and where those start depends on timing. So at most one segment,
        // with the group that overfilled it, is left out, and the records' heads are no payload.
        const int wanted = 300_000, group = 20 * 1024, heads = 20_000;
        using var reader = log.OpenReader(log.FindByBytes(wanted));
        var left = 0;
        while (reader.TryRead(out var record))
        {
            left += record!.Payload.Length;
        }

        Assert.InRange(left, wanted - (int)Small.SegmentBytes - group - heads, wanted);
    }

    [Theory]
    [InlineData((byte)Durability.Os)]
    [InlineData((byte)Durability.Memory)]
    public async Task Lesser_durability_syncs_nothing_and_reads_the_same(byte durability)
    {
        var files = new CrashableFiles { BeforeSync = static _ => Assert.Fail("no sync is wanted") };
        await using var log = LogFixture.Open(files, Small with { Durability = (Durability)durability });
        for (var i = 0; i < 200; i++)
        {
            Assert.True((await LogFixture.StoreAsync(log, LogFixture.Alert(i, 400))).IsStored);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var reader = log.OpenReader(199);
        await reader.WaitAsync(limit.Token);
        Assert.Equal((200, 0), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task Too_large_records_are_refused_and_large_ones_come_back()
    {
        var files = new CrashableFiles();
        await using (var log = LogFixture.Open(files))
        {
            Assert.Equal(AppendStatus.TooLarge, (await LogFixture.StoreAsync(log, new byte[RecordFormat.MaxPayload + 1])).Status);
            Assert.True((await LogFixture.StoreAsync(log, LogFixture.Alert(0, 16 << 20))).IsStored);
            await LogFixture.FillAsync(log, 1);
        }

        await using var again = LogFixture.Open(files);
        Assert.Equal((2, 0), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task A_closed_log_says_so()
    {
        var log = LogFixture.Open(new CrashableFiles());
        await log.DisposeAsync();
        Assert.Equal(AppendStatus.Closed, (await LogFixture.StoreAsync(log, LogFixture.Alert(0))).Status);
    }
}
