using System.Buffers.Binary;
using Saker.Detector.Events;

namespace Saker.Detector.Containers;

/// <summary>
/// Writes the events that tell rules and captures of containers: asynchronous events named <c>container</c> and
/// <c>container_removed</c>, with the record in JSON, as Falco's container plugin sends them.
/// </summary>
internal static class ContainerEventWriter
{
    /// <summary>A runtime has told of a container.</summary>
    public const string Told = "container";

    /// <summary>The first process of a container has ended.</summary>
    public const string Removed = "container_removed";

    /// <summary>The first name as an event carries it.</summary>
    public static ReadOnlySpan<byte> ToldUtf8 => "container"u8;

    /// <summary>The second name as an event carries it.</summary>
    public static ReadOnlySpan<byte> RemovedUtf8 => "container_removed"u8;

    private const int Parameters = 3, LengthSize = 4;

    // The number that the plugin gives itself is only of use to itself.
    private const uint PluginId = 0;

    /// <summary>An event in the wire format, at a fixed address.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="record">The container.</param>
    /// <param name="time">When it happened, nanoseconds since 1970.</param>
    public static byte[] Write(string name, ContainerRecord record, ulong time)
    {
        var json = ContainerJson.Write(record);
        var length = EventView.HeaderSize + (Parameters * LengthSize) + sizeof(uint) + name.Length + 1 + json.Length + 1;
        var bytes = GC.AllocateArray<byte>(length, pinned: true);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, time);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)EventType.AsynceventEnter);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), Parameters);
        var at = EventView.HeaderSize;
        foreach (var size in (ReadOnlySpan<int>)[sizeof(uint), name.Length + 1, json.Length + 1])
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), size);
            at += LengthSize;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), PluginId);
        at += sizeof(uint);
        at += System.Text.Encoding.ASCII.GetBytes(name, bytes.AsSpan(at)) + 1;
        json.CopyTo(bytes.AsSpan(at));
        return bytes;
    }
}
