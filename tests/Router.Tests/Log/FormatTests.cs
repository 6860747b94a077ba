using Saker.Files;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>Numbers and layouts that are on disks. When one of these fails, do not change the test: add a new version beside the old.</summary>
public sealed class FormatTests
{
    [Fact]
    public void A_record_has_these_bytes()
    {
        var bytes = new byte[RecordFormat.SizeOf(2)];
        RecordFormat.Write(bytes, new RecordHeader(RecordKind.Alert, 2, 0x0102030405060708, 0x1112131415161718), "{}"u8);
        Assert.Equal("FF534B520101000002000000", Convert.ToHexString(bytes, 0, 12));
        Assert.Equal("080706050403020118171615141312117B7D", Convert.ToHexString(bytes, 16, 18));
        Assert.True(RecordFormat.IsIntact(bytes));
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Assert.False(RecordFormat.IsIntact(bytes));
            bytes[i / 8] ^= (byte)(1 << (i % 8));
        }
    }

    [Fact]
    public void A_segment_head_has_these_bytes_and_this_name()
    {
        var bytes = new byte[SegmentFormat.HeaderSize];
        SegmentFormat.WriteHeader(bytes, 255, 1);
        Assert.Equal("53414B45524C4F4701000000", Convert.ToHexString(bytes, 0, 12));
        Assert.Equal("FF000000000000000100000000000000", Convert.ToHexString(bytes, 16, 16));
        Assert.Equal("00000000000000ff.log", SegmentFormat.FileName(255));
    }

    [Fact]
    public void The_checksum_is_Castagnolis() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact]
    public void The_numbers_stay() => Assert.Equal((1, 1, 1u), ((int)RecordKind.Alert, RecordFormat.Version, SegmentFormat.Version));
}
