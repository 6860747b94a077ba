using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Detector.Outputs;
using Saker.Testing;

namespace Saker.Detector.Tests.Outputs;

/// <summary>
/// Spools that are damaged between two runs: cut, with flipped bits, in another order, with lengths of gigabytes, beside files of others.
/// What is whole is sent, what is lost is counted, memory has a bound, and the spool goes on as one.
/// </summary>
public sealed class DamagedSpools : IDisposable
{
    private const int Rounds = 300;
    private const long Mebibyte = 1 << 20;
    private const long MostAllocated = 16 * Mebibyte;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    private string Spool => Path.Combine(folder, "spool");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_whole_is_sent_and_what_is_lost_is_counted_whatever_happens_to_the_files()
    {
        var random = new Random(Fuzz.Seed + 73);
        for (var round = 0; round < Fuzz.Rounds(Rounds); round++)
        {
            var settled = Fill(random);
            var files = Directory.GetFiles(Spool, "*.alerts").Order(StringComparer.Ordinal).Select(static path => new Layout(path)).ToList();
            var damage = Damage.Do(random, Spool, files);
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var spool = Open())
            {
                var sent = Drain(spool);
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostAllocated, $"Round {round}: {damage}");
                Assert.All(sent, static alert => Assert.Equal(Line(Number(alert), alert.Line.Length), When.Text(alert)));
                var numbers = sent.Select(Number).ToHashSet();
                var lost = files.SelectMany(static file => file.Records).Where(record => record.Number >= settled && !numbers.Contains(record.Number)).ToList();
                Assert.DoesNotContain(lost, record => damage.LeavesWhole(record));
                Assert.True(lost.Count == 0 || spool.CutBytes > 0 || damage.IsUntold, $"Round {round}: {damage}, {lost.Count} lost");
                Assert.True(spool.Append(Alert(1000, 500), out _));
            }

            // What came after the damage is there after one more start.
            using (var spool = Open())
            {
                Assert.Equal(0, spool.CutBytes);
                Assert.Contains(1000, Drain(spool).Select(Number));
            }

            Directory.Delete(Spool, recursive: true);
        }
    }

    [Fact]
    public void Files_of_others_stay_as_they_are()
    {
        string[] names = ["1.alerts", "notes.txt", "99999999999999999999.alerts", "09223372036854775807.alerts", "-0000000000000000001.alerts", "00000000000000000002.alerts.old"];
        Directory.CreateDirectory(Spool);
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(Spool, name), "theirs");
        }

        Directory.CreateDirectory(Path.Combine(Spool, "x.alerts"));
        using (var spool = Open())
        {
            Assert.Equal((0, 0), (spool.Waiting, spool.CutBytes));
            Assert.True(spool.Append(Alert(1, 10), out var fault));
            Assert.Null(fault);
        }

        using var again = Open();
        Assert.Equal([1], Drain(again).Select(Number));
        Assert.All(names, name => Assert.Equal("theirs", File.ReadAllText(Path.Combine(Spool, name))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/position")]
    [InlineData("/lock")]
    [InlineData("/00000000000000000001.alerts")]
    public void A_link_is_not_followed(string name)
    {
        var elsewhere = Path.Combine(folder, "elsewhere");
        if (name.Length == 0)
        {
            Directory.CreateDirectory(elsewhere);
            Directory.CreateSymbolicLink(Spool, elsewhere);
        }
        else
        {
            File.WriteAllText(elsewhere, "theirs");
            Directory.CreateDirectory(Spool);
            File.CreateSymbolicLink(Spool + name, elsewhere);
        }

        Assert.Contains($"{Spool}{name} is a symbolic link (to {elsewhere})", Assert.Throws<IOException>(() => Open().Dispose()).Message, StringComparison.Ordinal);
        Assert.Equal(name.Length == 0 ? "" : "theirs", name.Length == 0 ? string.Concat(Directory.GetFiles(elsewhere)) : File.ReadAllText(elsewhere));
    }

    [Fact]
    public void A_pipe_in_the_place_of_a_file_is_a_fault_that_is_told()
    {
        Directory.CreateDirectory(Spool);
        using (var made = Process.Start("mkfifo", [Path.Combine(Spool, "00000000000000000001.alerts")]))
        {
            made.WaitForExit();
        }

        Assert.EndsWith("00000000000000000001.alerts is no file.", Assert.Throws<IOException>(() => Open().Dispose()).Message, StringComparison.Ordinal);
    }

    private AlertSpool Open() => AlertSpool.Open(Spool, Mebibyte, (10, Mebibyte));

    // Gives how many alerts are done with.
    private int Fill(Random random)
    {
        using var spool = Open();
        var count = random.Next(1, 60);
        for (var i = 0; i < count; i++)
        {
            Assert.True(spool.Append(Alert(i, random.Next(20, 9000)), out _));
        }

        var settled = random.Next(count);
        for (var left = settled; left > 0;)
        {
            var done = Math.Min(left, spool.Peek(left, int.MaxValue).Count);
            spool.Settle(done);
            left -= done;
        }

        return settled;
    }

    private static List<AlertLine> Drain(AlertSpool spool)
    {
        var sent = new List<AlertLine>();
        while (spool.Waiting > 0)
        {
            var alerts = spool.Peek(7, int.MaxValue);
            sent.AddRange(alerts);
            spool.Settle(alerts.Count);
        }

        return sent;
    }

    private static AlertLine Alert(int number, int length) => new(Encoding.UTF8.GetBytes(Line(number, length)), IsJson: true, Priority.Critical);

    private static string Line(int number, int length) => $"{number} ".PadRight(length, (char)('a' + (number % 26)));

    private static int Number(AlertLine alert) => int.Parse(When.Text(alert).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>An alert in a file.</summary>
    private sealed record Record(string File, long Offset, long End, int Number);

    /// <summary>A file as it was before.</summary>
    private sealed class Layout
    {
        public Layout(string path)
        {
            File = path;
            Bytes = System.IO.File.ReadAllBytes(path);
            for (var at = 8; at < Bytes.Length;)
            {
                var end = at + 9 + BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(at + 4));
                Records.Add(new Record(path, at, end, int.Parse(Encoding.UTF8.GetString(Bytes.AsSpan(at + 9, 4)).Split(' ')[0], CultureInfo.InvariantCulture)));
                at = end;
            }
        }

        public string File { get; }

        public byte[] Bytes { get; }

        public List<Record> Records { get; } = [];
    }

    /// <summary>What was done to a spool.</summary>
    /// <param name="What">In words.</param>
    /// <param name="Touched">Files, and where they are not what they were.</param>
    private sealed record Damage(string What, IReadOnlyDictionary<string, (long From, long To)> Touched)
    {
        /// <summary>Whether what is lost cannot be seen: a whole file is gone, or what is left of it ends with a whole alert.</summary>
        public bool IsUntold { get; private init; }

        public bool LeavesWhole(Record record) => !Touched.TryGetValue(record.File, out var place) || record.End <= place.From || record.Offset >= place.To;

        public static Damage Do(Random random, string folder, List<Layout> files)
        {
            var file = files[random.Next(files.Count)];
            var place = random.Next(file.Bytes.Length);
            switch (random.Next(8))
            {
                case 0:
                    File.WriteAllBytes(file.File, file.Bytes[..place]);
                    return One("cut", file, place) with { IsUntold = place == 0 || place == 8 || file.Records.Exists(record => record.End == place) };
                case 1:
                    file.Bytes[place] ^= (byte)(1 << random.Next(8));
                    File.WriteAllBytes(file.File, file.Bytes);
                    return One("a flipped bit", file, place, place + 1);
                case 2:
                    random.NextBytes(file.Bytes.AsSpan(place));
                    File.WriteAllBytes(file.File, file.Bytes);
                    return One("chance", file, place);
                case 3:
                    var victim = file.Records.Count == 0 ? 8 : file.Records[random.Next(file.Records.Count)].Offset;
                    BinaryPrimitives.WriteInt32LittleEndian(file.Bytes.AsSpan((int)Math.Min(victim + 4, file.Bytes.Length - 4)), int.MaxValue >> random.Next(12));
                    File.WriteAllBytes(file.File, file.Bytes);
                    return One("a long record", file, victim, victim + 8);
                case 4 when files.Count > 2:
                    // Not the first: of that the position tells what was done with.
                    var (one, other) = (files[^1], files[random.Next(1, files.Count - 1)]);
                    File.WriteAllBytes(one.File, other.Bytes);
                    File.WriteAllBytes(other.File, one.Bytes);
                    return None("another order");
                case 5:
                    File.Delete(file.File);
                    return One("a file that is gone", file, 0) with { IsUntold = true };
                case 6:
                    using (var huge = File.Create(Path.Combine(folder, "00000000000000000900.alerts")))
                    {
                        huge.Write(random.Next(2) == 0 ? "SAKSPL01"u8 : "theirs"u8);
                        huge.SetLength(5L << 30);
                    }

                    return None("a file of gigabytes");
                default:
                    var bytes = new byte[random.Next(30)];
                    random.NextBytes(bytes);
                    File.WriteAllBytes(Path.Combine(folder, "position"), bytes);
                    return None("another position");
            }
        }

        private static Damage One(string what, Layout file, long from, long to = long.MaxValue) =>
            new($"{what} in {Path.GetFileName(file.File)} at {from} of {file.Bytes.Length}", new Dictionary<string, (long, long)> { [file.File] = (from, to) });

        private static Damage None(string what) => new(what, new Dictionary<string, (long, long)>());
    }
}
