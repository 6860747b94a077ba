using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>Writes the events that make what a scene begins with: processes, descriptors, containers.</summary>
/// <param name="scene">Gets the events.</param>
/// <param name="time">When they happen, nanoseconds since 1970.</param>
internal sealed class SceneProcessWriter(Scene scene, ulong time)
{
    private const long FdLimit = 1024;
    private const uint Stream = 1, Datagram = 2;

    /// <summary>O_DIRECTORY in the driver's values.</summary>
    private const uint OpenDirectory = 1024;

    /// <summary>Tells of a container.</summary>
    public void Tell(ContainerRecord record) => scene.Before.Add(ContainerEventWriter.Write(ContainerEventWriter.Told, record, time++));

    /// <summary>Makes a process: a clone, and an exec unless that is an event of the scene itself.</summary>
    public void Make(PlacedProcess process, bool isExecToCome)
    {
        var values = ValuesOf(process, isExec: false);
        if (isExecToCome && process.Parent is { } parent)
        {
            // What it is before the exec: a copy of its parent.
            (values["comm"], values["exe"], values["args"]) = (Text(parent.Looks.Name), Text(parent.Looks.Exe), Bytes(parent.Looks.Args));
        }

        values["res"] = BitConverter.GetBytes(0L);
        Write(EventType.CloneV20Exit, process.Tid, values);
        if (!isExecToCome)
        {
            values = ValuesOf(process, isExec: true);
            values["res"] = BitConverter.GetBytes(0L);
            Write(EventType.ExecveV19Exit, process.Tid, values);
        }

        var directory = process.Looks.Directory.Length > 0 ? process.Looks.Directory : process.Parent is null ? "/" : "";
        if (directory.Length > 0)
        {
            Write(EventType.ChdirExit, process.Tid, new() { ["res"] = BitConverter.GetBytes(0L), ["path"] = Text(directory) });
        }
    }

    /// <summary>What the kernel tells of a process at its clone and at its exec.</summary>
    public static Dictionary<string, byte[]> ValuesOf(PlacedProcess process, bool isExec)
    {
        var looks = process.Looks;
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["exe"] = Text(looks.Exe),
            ["args"] = Bytes(looks.Args),
            ["comm"] = Text(looks.Name),
            ["tid"] = BitConverter.GetBytes(process.Tid),
            ["pid"] = BitConverter.GetBytes(process.Tid),
            ["ptid"] = BitConverter.GetBytes(process.Parent?.Tid ?? 0),
            ["vtid"] = BitConverter.GetBytes(process.Tid),
            ["vpid"] = BitConverter.GetBytes(process.Tid),
            ["fdlimit"] = BitConverter.GetBytes(FdLimit),
            ["cgroups"] = Bytes(looks.ContainerId.Length > 0 ? $"cpuset=/docker/{looks.ContainerId}\0" : "cpuset=/\0"),
            ["uid"] = BitConverter.GetBytes(looks.User.Uid),
            ["gid"] = BitConverter.GetBytes(looks.User.Gid),
        };
        if (isExec)
        {
            values["env"] = Bytes(looks.Environment);
            values["tty"] = BitConverter.GetBytes(looks.Terminal);
            values["loginuid"] = BitConverter.GetBytes(looks.User.LoginUid);
            values["flags"] = BitConverter.GetBytes(looks.ExecFlags);
            values["pgid"] = values["vpgid"] = BitConverter.GetBytes(process.Tid);
            values["trusted_exepath"] = values["filename"] = Text(looks.ExePath);
            values["cwd"] = Text(looks.Directory);
        }

        return values;
    }

    /// <summary>Opens a file or directory.</summary>
    public void OpenFile(PlacedProcess process, long number, string path, uint flags, bool isDirectory) =>
        Opened(EventType.OpenatV2Exit, process, number, new()
        {
            ["dirfd"] = BitConverter.GetBytes(MachineState.AtWorkingDirectory),
            ["name"] = Text(path),
            ["flags"] = BitConverter.GetBytes(isDirectory ? flags | OpenDirectory : flags),
        });

    /// <summary>Makes a socket for an address; its number is returned.</summary>
    public long OpenSocket(PlacedProcess process, byte[] address)
    {
        var number = process.NextDescriptor;
        MakeSocket(process, number, address[0], isDatagram: false);
        return number;
    }

    /// <summary>Makes a socket and connects it.</summary>
    /// <param name="process">Whose it is.</param>
    /// <param name="number">Its number.</param>
    /// <param name="pair">Both ends.</param>
    /// <param name="address">The other end.</param>
    /// <param name="isDatagram">Whether it is one for datagrams.</param>
    public void Connect(PlacedProcess process, long number, byte[] pair, byte[] address, bool isDatagram)
    {
        MakeSocket(process, number, pair[0], isDatagram);
        Write(EventType.ConnectExit, process.Tid, new()
        {
            ["res"] = BitConverter.GetBytes(0L),
            ["fd"] = BitConverter.GetBytes(number),
            ["tuple"] = pair,
            ["addr"] = address,
        });
    }

    private void MakeSocket(PlacedProcess process, long number, byte family, bool isDatagram) =>
        Opened(EventType.SocketExit, process, number, new()
        {
            ["domain"] = BitConverter.GetBytes((uint)family),
            ["type"] = BitConverter.GetBytes(isDatagram ? Datagram : Stream),
            ["proto"] = BitConverter.GetBytes(0u),
        });

    private void Opened(EventType type, PlacedProcess process, long number, Dictionary<string, byte[]> values)
    {
        values["fd"] = BitConverter.GetBytes(number);
        Write(type, process.Tid, values);
        process.Opened(number, type == EventType.SocketExit);
    }

    private void Write(EventType type, long tid, Dictionary<string, byte[]> values)
    {
        var definition = EventTable.Find((int)type)!;
        scene.Before.Add(WireEvent.Write(definition, time++, tid, [.. definition.Parameters.ToArray().Select(parameter => values.GetValueOrDefault(parameter.Name))]));
    }

    private static byte[] Text(string text) => Bytes(text + "\0");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
