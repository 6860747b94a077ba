using System.Buffers.Binary;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Tests.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>
/// Our captures open elsewhere: they are read here by a reader of the test's own, with the limits of libscap, which gives a
/// capture up at the first text that is longer.
/// </summary>
public sealed class OtherReaders : IDisposable
{
    private readonly MachineState state = new();

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData("live-procs")]
    [InlineData("live-admin")]
    public void What_another_recorded_is_written_within_their_limits(string capture)
    {
        using var source = new CaptureSource(File.OpenRead(RecordedData.Path("falco", "captures", capture + ".scap")), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var read = Strict.Read(Write(out var cut));
        Assert.Equal(state.Threads.Count, read.Processes);
        Assert.Equal(0, cut);
    }

    [Fact]
    public void Long_texts_are_cut_and_counted()
    {
        var long1 = "/" + new string('p', 3000);
        var many = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 600).Select(static i => $"VARIABLE_{i}=value\0")));
        var events = new EventBuilder(new EventPipeline(state));
        events.Exec(10, new string('c', 3000), ("trusted_exepath", long1), ("args", many), ("env", many), ("cgroups", many), ("cwd", long1));
        events.Open(10, 3, long1);
        events.Open(10, 4, long1, 1025);
        events.Send(Events.EventType.SocketExit, 10, ("fd", 5), ("domain", 1));
        events.Send(Events.EventType.BindExit, 10, ("res", 0), ("fd", 5), ("addr", (byte[])[1, .. Encoding.UTF8.GetBytes(long1)]));
        events.Send(Events.EventType.SocketExit, 10, ("fd", 6), ("domain", 99)); // of a family that nobody knows
        state.Users.Set(1000, 1000, Encoding.UTF8.GetBytes(new string('n', 300)), Encoding.UTF8.GetBytes(long1), Encoding.UTF8.GetBytes(long1));
        state.Users.Set(1000, Encoding.UTF8.GetBytes(new string('g', 300)));

        var capture = Write(out var cut);
        Assert.Equal((1, 4), Strict.Read(capture) is var read ? (read.Processes, read.Descriptors) : default);
        Assert.Equal(14, cut);

        using var again = new MachineState();
        using var source = new CaptureSource(new MemoryStream(capture), again);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var thread = again.Threads.Find(10)!;
        Assert.Equal(4096, thread.Environment.Span.Length);
        Assert.True(thread.Environment.Span.StartsWith("VARIABLE_0=value\0VARIABLE_1="u8));
        Assert.EndsWith("\0", Encoding.UTF8.GetString(thread.Environment.Span), StringComparison.Ordinal);
        Assert.Equal(1023, thread.Comm.Span.Length);
    }

    private byte[] Write(out long cut)
    {
        var written = new MemoryStream();
        using (var writer = new CaptureWriter(written, compress: false))
        {
            writer.Machine(new CapturedMachine(2, 1 << 30, 32_768, "here", 5));
            var lists = new StateListWriter(writer);
            lists.Write(state);
            cut = lists.Cut;
        }

        return written.ToArray();
    }

    /// <summary>Reads lists as libscap does, to the limits of its buffers.</summary>
    private ref struct Strict
    {
        private const int MaxPath = 1024, MaxTexts = 4096, MaxCredential = 256;

        private ReadOnlySpan<byte> rest;

        public static (int Processes, int Descriptors) Read(ReadOnlySpan<byte> capture)
        {
            int processes = 0, descriptors = 0;
            while (!capture.IsEmpty)
            {
                var type = BinaryPrimitives.ReadUInt32LittleEndian(capture);
                var length = BinaryPrimitives.ReadInt32LittleEndian(capture[4..]);
                Assert.Equal(0, length % 4);
                Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(capture[(length - 4)..]));
                var block = new Strict { rest = capture[8..(length - 4)] };
                capture = capture[length..];
                switch (type)
                {
                    case 0x215:
                        processes += block.Entries(static (ref Strict entry) => entry.Process());
                        break;
                    case 0x218:
                        block.Take(8);
                        descriptors += block.Entries(static (ref Strict entry) => entry.Descriptor());
                        break;
                    case 0x220:
                        block.Entries(static (ref Strict entry) => entry.User());
                        break;
                    default:
                        Assert.Contains(type, (uint[])[0x0A0D0D0A, 0x201, 0x219]);
                        break;
                }
            }

            return (processes, descriptors);
        }

        private delegate void EntryReader(ref Strict entry);

        private int Entries(EntryReader read)
        {
            var count = 0;
            for (; rest.Length >= 4; count++)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var entry = new Strict { rest = rest[4..length] };
                read(ref entry);
                Assert.Equal(0, entry.rest.Length);
                rest = rest[length..];
            }

            return count;
        }

        private void Process()
        {
            Take(5 * 8);
            for (var text = 0; text < 3; text++)
            {
                Text(MaxPath); // comm, exe, exepath
            }

            Text(MaxTexts); // arguments
            Text(MaxPath); // working directory
            Take(8 + 4 + 4 + 4 + 3 * 4 + 2 * 8);
            Text(MaxTexts); // environment
            Take(2 * 8);
            Text(MaxTexts); // cgroups
            Text(MaxPath); // root
            Take(8 + 4 + 4 + 1 + 3 * 8 + 1 + 3 * 8 + 1 + 1 + 8);
        }

        private void Descriptor()
        {
            Take(2 * 8);
            var kind = Take(1)[0];
            switch (kind)
            {
                case 3:
                    Take(2 * 4 + 2 * 2 + 1);
                    break;
                case 4:
                    Take(2 * 16 + 2 * 2 + 1);
                    break;
                case 5:
                    Take(4 + 2 + 1);
                    break;
                case 6:
                    Take(16 + 2 + 1);
                    break;
                case 8:
                    Take(2 * 8);
                    Text(MaxPath - 1);
                    break;
                case 16:
                    Take(4);
                    Text(MaxPath - 1);
                    Take(4);
                    break;
                default:
                    Assert.InRange(kind, 1, 21);
                    Text(MaxPath - 1);
                    break;
            }
        }

        private void User()
        {
            var isUser = Take(1)[0] == 0;
            Take(isUser ? 8 : 4);
            for (var text = 0; text < (isUser ? 3 : 1); text++)
            {
                Text(MaxCredential - 1);
            }
        }

        private void Text(int longest)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
            Assert.InRange(length, 0, longest);
            Take(length);
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = rest[..count];
            rest = rest[count..];
            return taken;
        }
    }
}
