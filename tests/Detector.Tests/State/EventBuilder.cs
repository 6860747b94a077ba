using System.Buffers.Binary;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Tests.State;

/// <summary>Makes events in the wire format and puts them through a pipeline, before the eyes of a sink if there is one.</summary>
internal sealed class EventBuilder(EventPipeline pipeline, IEventConsumer? sink = null)
{
    private readonly byte[] memory = GC.AllocateArray<byte>(64 * 1024, pinned: true);
    private ulong time = 1_000_000_000;

    public ThreadInfo? Find(long tid) => pipeline.State.Threads.Find(tid);

    /// <summary>Sends an event; parameters by name, what is not given has no bytes.</summary>
    public unsafe void Send(EventType type, long tid, params (string Name, object Value)[] values)
    {
        var length = Write(memory, type, tid, time += 1000, values);
        fixed (byte* address = memory)
        {
            pipeline.Process(new RawEvent(address, length), sink);
            sink?.Settle();
        }
    }

    /// <summary>Writes an event; its length is returned.</summary>
    public static int Write(byte[] memory, EventType type, long tid, ulong time, params (string Name, object Value)[] values)
    {
        var definition = EventTable.Find((int)type)!;
        var count = definition.Parameters.Length;
        var at = EventView.HeaderSize + count * definition.LengthSize;
        for (var i = 0; i < count; i++)
        {
            var name = definition.Parameters[i].Name;
            var bytes = values.FirstOrDefault(v => v.Name == name).Value switch
            {
                null => [],
                string text => Encoding.UTF8.GetBytes(text + "\0"),
                byte[] raw => raw,
                IConvertible number => BitConverter.GetBytes(number.ToInt64(null))[..SizeOf(definition.Parameters[i].Type)],
                var other => throw new ArgumentException($"{other.GetType()} is no parameter."),
            };
            BinaryPrimitives.WriteUInt16LittleEndian(memory.AsSpan(EventView.HeaderSize + i * definition.LengthSize), (ushort)bytes.Length);
            bytes.CopyTo(memory.AsSpan(at));
            at += bytes.Length;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(memory, time);
        BinaryPrimitives.WriteInt64LittleEndian(memory.AsSpan(8), tid);
        BinaryPrimitives.WriteInt32LittleEndian(memory.AsSpan(16), at);
        BinaryPrimitives.WriteUInt16LittleEndian(memory.AsSpan(20), (ushort)type);
        BinaryPrimitives.WriteInt32LittleEndian(memory.AsSpan(22), count);
        return at;
    }

    public void Clone(long parent, long child, long flags = 0, string comm = "sh", EventType type = EventType.CloneV20Exit) =>
        Send(type, parent, ("res", child), ("tid", parent), ("pid", parent), ("vtid", parent), ("vpid", parent), ("comm", comm), ("exe", comm), ("flags", flags));

    /// <summary>An exec; the working directory, which it does not change, is told by a chdir.</summary>
    public void Exec(long tid, string comm, params (string Name, object Value)[] more)
    {
        Send(EventType.ExecveV19Exit, tid, [("res", 0), ("tid", tid), ("pid", tid), ("comm", comm), ("exe", comm), .. more]);
        foreach (var (_, directory) in more.Where(static value => value.Name == "cwd"))
        {
            Send(EventType.ChdirExit, tid, ("res", 0), ("path", directory));
        }
    }

    public void Open(long tid, long fd, string path, long flags = 1) =>
        Send(EventType.OpenatV2Exit, tid, ("fd", fd), ("dirfd", -100), ("name", path), ("flags", flags));

    // What is no number by its type may be given as one, of the usual length.
    private static int SizeOf(ParameterType type) => WireEvent.SizeOf(type) is > 0 and var size ? size : sizeof(long);
}
