using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>Files that are where they should not be, or not where they should: nothing intact is lost, and no number is given twice.</summary>
public sealed class MisplacedFileTests
{
    private const int Records = 300;
    private static readonly SegmentLogOptions Small = new() { SegmentBytes = 32 << 10, TailRecords = 16 };
    private readonly CrashableFiles files = new();

    [Theory]
    [InlineData("between two")]
    [InlineData("at the end")]
    public async Task A_copy_of_a_segment_under_another_name_is_moved_aside(string where)
    {
        await FillAsync();
        var copy = Bytes(Segment(1));
        var name = where == "at the end" ? SegmentFormat.FileName(Records + 1000) : SegmentFormat.FileName(First(1) + 3);
        Write(name, copy);
        await CheckAsync(asideExpected: [name]);
    }

    [Theory]
    [InlineData("between two")]
    [InlineData("at the end")]
    [InlineData("preposterous")]
    public async Task A_foreign_file_with_the_name_of_a_segment_is_moved_aside(string where)
    {
        await FillAsync();
        var garbage = new byte[50_000];
        new Random(3).NextBytes(garbage);
        var name = SegmentFormat.FileName(where switch { "between two" => First(1) + 3, "at the end" => Records + 1, _ => long.MaxValue - 1 });
        Write(name, garbage);
        await CheckAsync(asideExpected: [name]);
    }

    [Fact]
    public async Task Files_of_other_names_are_left_alone()
    {
        await FillAsync();
        string[] names = ["notes.txt", "0000000000000000.log.bak", "zzzzzzzzzzzzzzzz.log", "8000000000000000.log"];
        foreach (var name in names)
        {
            Write(name, [1, 2, 3]);
        }

        await CheckAsync(asideExpected: []);
        Assert.Subset(files.List(LogFixture.Directory).ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public async Task A_zeroed_segment_is_moved_aside_and_its_records_count_as_lost()
    {
        await FillAsync();
        long first = First(2), count = First(3) - first;
        files.Edit(Segment(2), static bytes => new byte[bytes.Length]);
        await using var log = LogFixture.Open(files, Small);
        Assert.Equal((Records - (int)count, count), LogFixture.ReadAll(log));
        Assert.Equal([SegmentFormat.FileName(first)], Aside());
    }

    [Fact]
    public async Task A_missing_first_segment_counts_as_lost_for_who_needed_it()
    {
        await FillAsync();
        var count = First(1);
        files.Delete(Segment(0));
        await using var log = LogFixture.Open(files, Small);
        Assert.Equal(count, log.First);
        Assert.Equal((Records - (int)count, count), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task The_same_name_twice_keeps_both_files()
    {
        await FillAsync();
        var name = SegmentFormat.FileName(Records + 7);
        for (byte i = 1; i <= 3; i++)
        {
            Write(name, [.. Enumerable.Repeat(i, 100)]);
            await LogFixture.Open(files, Small).DisposeAsync();
        }

        Assert.Equal([name, name + ".1", name + ".2"], Aside().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_empty_last_segment_whose_first_write_fails_does_not_block_its_name()
    {
        await FillAsync();
        var head = new byte[SegmentFormat.HeaderSize];
        SegmentFormat.WriteHeader(head, Records, 0);
        Write(SegmentFormat.FileName(Records), head);
        await using var log = LogFixture.Open(files, Small);
        files.BeforeSync = static _ => throw new IOException("no");
        Assert.Equal(AppendStatus.WriteFailed, (await LogFixture.StoreAsync(log, LogFixture.Alert(0))).Status);
        files.BeforeSync = null;
        await LogFixture.FillAsync(log, 5);
        Assert.Equal((Records + 5, 0), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task A_file_that_a_failed_write_left_behind_does_not_block_its_name()
    {
        await using var log = LogFixture.Open(files, Small);
        files.BeforeSync = static _ => throw new IOException("no");
        files.BeforeDelete = static _ => throw new IOException("no");
        Assert.Equal(AppendStatus.WriteFailed, (await LogFixture.StoreAsync(log, LogFixture.Alert(0))).Status);
        files.BeforeSync = null;
        Assert.Equal(AppendStatus.WriteFailed, (await LogFixture.StoreAsync(log, LogFixture.Alert(0))).Status);
        files.BeforeDelete = null;
        await LogFixture.FillAsync(log, 5);
        Assert.Equal((5, 0), LogFixture.ReadAll(log));
    }

    private async Task FillAsync()
    {
        await using var log = LogFixture.Open(files, Small);
        await LogFixture.FillAsync(log, Records);
        Assert.True(log.Status.Segments > 4);
    }

    private async Task CheckAsync(string[] asideExpected)
    {
        await using (var log = LogFixture.Open(files, Small))
        {
            Assert.Equal(asideExpected, Aside());
            Assert.Equal((Records, 0), LogFixture.ReadAll(log));
            Assert.Equal(Records, log.Next);
            await LogFixture.FillAsync(log, 10);
        }

        await using var again = LogFixture.Open(files, Small);
        Assert.Equal((Records + 10, 0), LogFixture.ReadAll(again));
    }

    private IReadOnlyList<string> Aside() => files.List(Path.Combine(LogFixture.Directory, "damaged"));

    private string[] Names() => [.. files.List(LogFixture.Directory).Where(static name => SegmentFormat.TryParseFileName(name, out _)).Order(StringComparer.Ordinal)];

    private string Segment(int index) => Path.Combine(LogFixture.Directory, Names()[index]);

    private long First(int index) => SegmentFormat.TryParseFileName(Names()[index], out var first) ? first : throw new InvalidOperationException();

    private byte[] Bytes(string path)
    {
        using var file = files.Open(path, create: false);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    private void Write(string name, byte[] bytes)
    {
        using var file = files.Open(Path.Combine(LogFixture.Directory, name), create: true);
        file.Write(bytes, 0);
    }
}
