using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>Letters as they are written, found, dropped and displaced.</summary>
public sealed class DeadLetterTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly CrashableFiles files = new();

    [Fact]
    public void A_letter_is_JSON_with_its_own_copy_of_the_alert()
    {
        var letter = Letter("a", 3);
        const string json = """{"output":"a","type":"t","reason":"rejected","answer":"answer 3","attempts":3,"accepted":1764000000000000000,"alert":"AQID"}""";
        Assert.Equal(json, Encoding.UTF8.GetString(letter.Format()));
        Assert.True(DeadLetter.TryParse(new LogRecord(7, UnixTime.ToNanoseconds(Start), letter.Format()), out var read, out var tombstone));
        Assert.Equal("7 a t rejected answer 3 3 11/24/2025 16:00:00 +00:00 11/24/2026 10:00:00 +00:00 010203", Told(read!));
        Assert.Equal((-1, -1), (letter.Id, tombstone));
    }

    [Theory]
    [InlineData("""{"gone":5}""", true, 5)]
    [InlineData("""{"gone":5,"output":"a"}""", true, 5)]
    [InlineData("""{"gone":"5"}""", false, -1)]
    [InlineData("""{"gone":0.5}""", false, -1)]
    [InlineData("{}", false, -1)]
    [InlineData("[]", false, -1)]
    [InlineData("no JSON", false, -1)]
    [InlineData("", false, -1)]
    [InlineData("""{"output":"a","type":"t","reason":"r","answer":"x","attempts":3,"accepted":1}""", false, -1)]
    [InlineData("""{"output":"a","type":"t","reason":"r","answer":"x","attempts":3,"accepted":1,"alert":"?"}""", false, -1)]
    [InlineData("""{"output":"a","type":"t","reason":"r","answer":"x","attempts":"3","accepted":1,"alert":"AQID"}""", false, -1)]
    [InlineData("""{"output":1,"type":"t","reason":"r","answer":"x","attempts":3,"accepted":1,"alert":"AQID"}""", false, -1)]
    public void What_is_no_letter_may_be_a_tombstone_or_nothing(string json, bool valid, long expected)
    {
        Assert.Equal(valid, DeadLetter.TryParse(new LogRecord(7, 0, Encoding.UTF8.GetBytes(json)), out var letter, out var tombstone));
        Assert.Equal(expected, tombstone);
        Assert.Null(letter);
    }

    [Fact]
    public void Texts_that_are_null_are_read_as_empty()
    {
        Assert.True(DeadLetter.TryParse(new LogRecord(0, 0, """{"output":null,"type":null,"reason":null,"answer":null,"attempts":0,"accepted":0,"alert":""}"""u8.ToArray()), out var letter, out _));
        Assert.Equal(("", "", "", ""), (letter!.Output, letter.Type, letter.Reason, letter.Answer));
    }

    [Fact]
    public async Task Letters_are_listed_found_and_removed_also_after_a_restart()
    {
        await using (var letters = Open())
        {
            Assert.Equal((0, 0, -1), (letters.Count, letters.Displaced, letters.Newest));
            Assert.Empty(letters.List());
            Assert.Null(letters.Find(0));
            Assert.False(await letters.RemoveAsync(0));
            foreach (var (output, number) in new[] { ("a", 0), ("b", 1), ("a", 2), ("b", 3) })
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                Assert.True((await letters.AddAsync(Letter(output, number))).IsStored);
            }

            Check(letters, [0, 1, 2, 3]);
            Assert.Equal([0, 2], letters.List("a").Select(static letter => letter.Id));
            Assert.Equal([3], letters.List("b", 2).Select(static letter => letter.Id));
            Assert.Equal([2, 3], letters.List(from: 2).Select(static letter => letter.Id));
            Assert.Equal("1 b t rejected answer 1 1 11/24/2025 16:00:00 +00:00 11/24/2026 10:00:02 +00:00 010203", Told(letters.Find(1)!));
            Assert.True(await letters.RemoveAsync(1));
            Assert.False(await letters.RemoveAsync(1));
            Assert.False(await letters.RemoveAsync(4)); // the tombstone itself
            Check(letters, [0, 2, 3]);
            Assert.True(await letters.RemoveAsync(3));
            Check(letters, [0, 2]);
        }

        await using var again = Open();
        Check(again, [0, 2]);
        Assert.Equal("2 a t rejected answer 2 2 11/24/2025 16:00:00 +00:00 11/24/2026 10:00:03 +00:00 010203", Told(again.Find(2)!));
        Assert.Equal(0, again.Displaced);

        static void Check(DeadLetters letters, long[] expected)
        {
            Assert.Equal(expected, letters.List().Select(static letter => letter.Id));
            Assert.Equal((expected.Length, expected[^1]), (letters.Count, letters.Newest));
            Assert.Equal(expected, Enumerable.Range(0, 10).Where(id => letters.Find(id) is not null).Select(static id => (long)id));
        }
    }

    [Fact]
    public async Task Of_too_many_the_oldest_go_and_are_counted()
    {
        await using var letters = Open(maxBytes: 64 << 10);
        for (var i = 0; i < 400; i++)
        {
            await letters.AddAsync(Letter("a", i, size: 500));
        }

        Assert.InRange(letters.Count, 20, 120);
        Assert.Equal((400 - letters.Count, 399), (letters.Displaced, letters.Newest));
        Assert.Equal(Enumerable.Range((int)letters.Displaced, (int)letters.Count).Select(static id => (long)id), letters.List().Select(static letter => letter.Id));
        Assert.Null(letters.Find(letters.Displaced - 1));
    }

    [Fact]
    public async Task What_the_disk_does_not_take_is_neither_kept_nor_removed()
    {
        await using var letters = Open();
        await letters.AddAsync(Letter("a", 0));
        files.BeforeWrite = static _ => throw new IOException("full");
        Assert.False((await letters.AddAsync(Letter("a", 1))).IsStored);
        Assert.False(await letters.RemoveAsync(0));
        Assert.Equal((1, 0), (letters.Count, letters.Newest));
        Assert.NotNull(letters.Find(0));
    }

    private DeadLetters Open(long maxBytes = 1 << 20) => DeadLetters.Open(files, "/data/dead-letters", maxBytes, 0, Durability.Fsync, clock, NullLogger<SegmentLog>.Instance);

    private static DeadLetter Letter(string output, int number, int size = 3) => new()
    {
        Output = output,
        Type = "t",
        Reason = "rejected",
        Answer = $"answer {number}",
        Attempts = number,
        Accepted = new DateTimeOffset(2025, 11, 24, 16, 0, 0, TimeSpan.Zero),
        Payload = size == 3 ? new byte[] { 1, 2, 3 } : new byte[size],
    };

    private static string Told(DeadLetter letter) => FormattableString.Invariant(
        $"{letter.Id} {letter.Output} {letter.Type} {letter.Reason} {letter.Answer} {letter.Attempts} {letter.Accepted} {letter.GivenUp} {Convert.ToHexString(letter.Payload.Span)}");
}
