using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.State;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>Events that somebody wrote, and what was there before them. All events are in the wire format, at fixed addresses.</summary>
internal sealed class Scene
{
    /// <summary>Users of the machine.</summary>
    public List<SceneUser> Users { get; } = [SceneUser.Root];

    /// <summary>Events that made what is there at the beginning: processes, descriptors, containers. Rules are not asked about them.</summary>
    public List<byte[]> Before { get; } = [];

    /// <summary>The events.</summary>
    public List<byte[]> Events { get; } = [];
}

/// <summary>A <see cref="Scene"/> as a source of events: its start gives the state what was there before, as a capture's lists do.</summary>
internal sealed unsafe class SceneSource(Scene scene, MachineState state) : IEventSource
{
    private int next;

    /// <inheritdoc/>
    public string Name => "replay";

    /// <inheritdoc/>
    public bool Ended => next == scene.Events.Count;

    /// <inheritdoc/>
    public SourceStatistics Statistics => new() { Seen = next };

    /// <inheritdoc/>
    public void Start(SourceSettings settings)
    {
        foreach (var user in scene.Users)
        {
            var name = Encoding.UTF8.GetBytes(user.Name);
            state.Users.Set(user.Uid, user.Gid, name, "/"u8, "/bin/sh"u8);
            state.Users.Set(user.Gid, name);
        }

        var pipeline = new EventPipeline(state);
        foreach (var written in scene.Before)
        {
            pipeline.Process(At(written), null);
        }

        // A container's own files name the same users.
        foreach (var container in state.Containers.All.Where(static container => !container.IsHost))
        {
            container.Users = state.Users;
        }

        if (pipeline.Malformed > 0)
        {
            throw new UnreachableException($"{pipeline.Malformed} events were written that cannot be read.");
        }
    }

    /// <inheritdoc/>
    public int Read(Span<RawEvent> into, TimeSpan wait)
    {
        var count = Math.Min(into.Length, scene.Events.Count - next);
        for (var i = 0; i < count; i++)
        {
            into[i] = At(scene.Events[next++]);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Release()
    {
        // The scene keeps its events.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is open.
    }

    private static RawEvent At(byte[] pinned) => new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned)), pinned.Length, cpu: 0);
}
