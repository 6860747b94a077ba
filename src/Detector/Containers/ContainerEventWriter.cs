using System.Buffers.Binary;
using System.Text;
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

    // The number that the plugin gives itself is only of use to itself.
    private const uint PluginId = 0;

    /// <summary>An event in the wire format, at a fixed address.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="record">The container.</param>
    /// <param name="time">When it happened, nanoseconds since 1970.</param>
    public static byte[] Write(string name, ContainerRecord record, ulong time)
    {
        var number = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(number, PluginId);
        return WireEvent.Write(EventTable.Find((int)EventType.AsynceventEnter)!, time, thread: 0, [number, [.. Encoding.ASCII.GetBytes(name), 0], [.. ContainerJson.Write(record), 0]]);
    }
}
