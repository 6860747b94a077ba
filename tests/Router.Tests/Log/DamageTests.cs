using System.Buffers.Binary;
using Saker.Files;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>Damage to the files: nothing wrong is ever read, what is not hit comes back, what is lost is counted.</summary>
public sealed class DamageTests
{
    private const int Records = 300;
    private static readonly SegmentLogOptions Small = new() { SegmentBytes = 96 << 10, TailRecords = 16 };

    public static TheoryData<string, int, int> Kinds => new()
    {
        { "bit flipped in a payload", 1, 1 },
        { "bit flipped in a length", 1, 1 },
        { "bits flipped every 10 KB", 5, 12 },
        { "4 KiB zeroed", 4, 7 },
        { "16 KiB of garbage", 16, 20 },
        { "first 4 KiB zeroed", 4, 6 },
        { "sector twice", 1, 3 },
        { "cut in the middle", 40, 110 },
        { "file missing", 90, 130 },
        { "head damaged", 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Damage_in_the_middle_is_read_around_and_counted(string kind, int least, int most)
    {
        var files = await FilledAsync();
        var path = Segment(files, 1);
        if (kind == "file missing")
        {
            files.Delete(path);
        }
        else
        {
            files.Edit(path, bytes => Damaged(bytes, kind));
        }

        await using var log = LogFixture.Open(files, Small);
        Assert.Equal(Records, log.Next);
        (var good, var lost) = LogFixture.ReadAll(log);
        Assert.Equal(Records, good + lost);
        Assert.InRange(lost, least, most);
        if (kind is not "file missing" and not "head damaged")
        {
            Assert.True(log.Status.Damaged > 0);
        }
    }

    [Theory]
    [InlineData("torn tail", 1)]
    [InlineData("garbage appended", 0)]
    [InlineData("zeros appended", 0)]
    public async Task A_bad_tail_is_cut_at_the_last_good_record_and_kept_aside(string kind, int lost)
    {
        var files = await FilledAsync();
        var path = Segment(files, ^1);
        files.Edit(path, bytes => kind switch
        {
            "torn tail" => bytes[..^100],
            "garbage appended" => [.. bytes, .. Garbage(5000)],
            _ => [.. bytes, .. new byte[8192]],
        });
        await using var log = LogFixture.Open(files, Small);
        Assert.Equal(Records - lost, log.Next);
        Assert.Single(files.List(Path.Combine(LogFixture.Directory, "damaged")));
        await LogFixture.FillAsync(log, 50);
        Assert.Equal((Records - lost + 50, 0), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task Damage_in_the_last_segment_does_not_cut_what_follows_it()
    {
        var files = await FilledAsync();
        files.Edit(Segment(files, ^1), bytes => Damaged(bytes, "bit flipped in a payload"));
        await using var log = LogFixture.Open(files, Small);
        Assert.Equal(Records, log.Next);
        Assert.Equal((Records - 1, 1), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task A_last_segment_without_a_whole_head_is_made_anew()
    {
        var files = await FilledAsync();
        using (var file = files.Open(Path.Combine(LogFixture.Directory, SegmentFormat.FileName(Records)), create: true))
        {
            file.Write([1, 2, 3], 0);
        }

        await using var log = LogFixture.Open(files, Small);
        Assert.Equal(Records, log.Next);
        await LogFixture.FillAsync(log, 5);
        Assert.Equal((Records + 5, 0), LogFixture.ReadAll(log));
    }

    [Fact]
    public async Task A_forged_record_inside_a_payload_is_not_believed_in_a_salvage()
    {
        var files = new CrashableFiles();
        var forged = new byte[RecordFormat.SizeOf(2)];
        RecordFormat.Write(forged, new RecordHeader(RecordKind.Alert, 2, 1_000_000, 0), "{}"u8);
        await using (var log = LogFixture.Open(files))
        {
            await LogFixture.FillAsync(log, 1, padding: 10);
            await LogFixture.StoreAsync(log, forged);
            await LogFixture.StoreAsync(log, LogFixture.Alert(2));
        }

        files.Edit(Segment(files, ^1), static bytes =>
        {
            bytes[SegmentFormat.HeaderSize + 1] ^= 0xFF;
            var second = SegmentFormat.HeaderSize + RecordFormat.SizeOf(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(SegmentFormat.HeaderSize + 8)));
            bytes[second + 1] ^= 0xFF;
            return bytes;
        });
        await using var again = LogFixture.Open(files);
        Assert.Equal(3, again.Next);
        Assert.Equal((1, 2), LogFixture.ReadAll(again));
    }

    [Fact]
    public async Task A_newer_format_is_refused_with_a_cure()
    {
        var files = await FilledAsync();
        files.Edit(Segment(files, 0), static bytes =>
        {
            bytes[8] = 9;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(bytes.AsSpan(16, 16), Crc32C.Compute(bytes.AsSpan(0, 12))));
            return bytes;
        });
        var error = Assert.Throws<DataDirectoryException>(() => LogFixture.Open(files, Small));
        Assert.Contains("format 9", error.Message, StringComparison.Ordinal);
    }

    private static async Task<CrashableFiles> FilledAsync()
    {
        var files = new CrashableFiles();
        await using var log = LogFixture.Open(files, Small);
        await LogFixture.FillAsync(log, Records);
        return files;
    }

    private static string Segment(CrashableFiles files, Index index) =>
        Path.Combine(LogFixture.Directory, files.List(LogFixture.Directory).Order(StringComparer.Ordinal).ToArray()[index]);

    private static byte[] Damaged(byte[] bytes, string kind)
    {
        const int Middle = 20 << 10;
        var record = SegmentFormat.HeaderSize;
        switch (kind)
        {
            case "bit flipped in a payload":
                bytes[Middle] ^= 0x10;
                break;
            case "bit flipped in a length":
                bytes[record + 9] ^= 0x40;
                break;
            case "bits flipped every 10 KB":
                for (var at = 5000; at < bytes.Length; at += 10_000)
                {
                    bytes[at] ^= 1;
                }

                break;
            case "4 KiB zeroed":
                bytes.AsSpan(Middle, 4096).Clear();
                break;
            case "16 KiB of garbage":
                Garbage(16 << 10).CopyTo(bytes.AsSpan(Middle));
                break;
            case "first 4 KiB zeroed":
                bytes.AsSpan(0, 4096).Clear();
                break;
            case "sector twice":
                bytes.AsSpan(Middle, 512).CopyTo(bytes.AsSpan(Middle + 512));
                break;
            case "cut in the middle":
                return bytes[..(40 << 10)];
            case "head damaged":
                bytes[3] ^= 0xFF;
                break;
            default:
                Assert.Fail(kind);
                break;
        }

        return bytes;
    }

    private static byte[] Garbage(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
