using System.Globalization;
using Saker.Detector.Events;
using Saker.Settings;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>
/// Reads the descriptor that an event is about: a number, a path, or number and file, directory, connection or Unix socket. One that
/// was described is opened before the scene begins, once.
/// </summary>
/// <param name="before">Opens them.</param>
internal sealed class SceneDescriptorReader(SceneProcessWriter before)
{
    private const int MostDescriptors = 1 << 20;
    private const uint ReadOnly = 1;

    private static readonly ParameterDefinition flagsOfOpen = EventTable.Find((int)EventType.OpenatV2Exit)!.Parameters[OpenatV2Exit.Flags];

    /// <summary>Opens the descriptor of an event, and makes it the one that the event is about.</summary>
    public void Open(Section section, PlacedProcess process)
    {
        switch (section.Find("fd"))
        {
            case null:
                break;
            case ConfigScalar number when long.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var known) && known < MostDescriptors:
                process.Opened(known, isSocket: true);
                break;
            case ConfigScalar:
                if (section.Text("fd") is { } path)
                {
                    Once(process, path, null, number => before.OpenFile(process, number, path, ReadOnly, isDirectory: false));
                }

                break;
            case ConfigMap map:
                Described(new Section(map, section.Join("fd"), section.Faults), process);
                break;
            case var other:
                section.Faults.Error(other.Source, section.Join("fd"), "A descriptor belongs here: a number, a path, or num and file, directory, connection or unix below it.");
                break;
        }
    }

    private void Described(Section section, PlacedProcess process)
    {
        var number = section.Number("num", 0, MostDescriptors);
        string[] kinds = ["file", "directory", "connection", "unix"];
        var given = kinds.Where(section.Has).ToList();
        if (given.Count > 1)
        {
            section.Faults.Error(section.Source, section.Path, $"A descriptor is one of {string.Join(", ", kinds)}, and these are {given.Count}; keep one of them.");
        }

        var isDatagram = section.Text("protocol") switch
        {
            null or "tcp" => false,
            "udp" => true,
            var other => Refused(other),
        };
        var flags = section.Find("flags") is { } node ? Flags(section, node) : ReadOnly;
        if (section.Text("file") is { } file)
        {
            Once(process, $"file {file} {flags}", number, at => before.OpenFile(process, at, file, flags, isDirectory: false));
        }
        else if (section.Text("directory") is { } directory)
        {
            Once(process, $"directory {directory}", number, at => before.OpenFile(process, at, directory, flags, isDirectory: true));
        }
        else if ((section.Text("connection") ?? section.Text("unix")) is { } ends)
        {
            Connect(section, process, number, ends, isDatagram);
        }
        else if (number is { } known)
        {
            process.Opened(known, isSocket: true);
        }

        section.Finish();

        bool Refused(string word)
        {
            section.Fault("protocol", $"'{word}' is neither tcp nor udp.");
            return false;
        }
    }

    private void Connect(Section section, PlacedProcess process, long? number, string ends, bool isDatagram)
    {
        var key = section.Has("unix") ? "unix" : "connection";
        if (SocketText.Pair(ends) is not { } pair || (key == "unix") != ends.StartsWith('/'))
        {
            section.Fault(key, key == "unix" ? $"'{ends}' is no path." : $"'{ends}' are not both ends of a connection; {SocketText.PairForm}.");
            return;
        }

        Once(process, $"{ends} {isDatagram}", number, at => before.Connect(process, at, pair, SocketText.Address(SocketText.DestinationOf(ends))!, isDatagram));
    }

    private static uint Flags(Section section, ConfigNode node)
    {
        if (ParameterText.Encode(flagsOfOpen, node, [], out var problem) is { } bytes)
        {
            return BitConverter.ToUInt32(bytes);
        }

        section.Fault("flags", problem);
        return ReadOnly;
    }

    private static void Once(PlacedProcess process, string description, long? number, Action<long> open)
    {
        var key = $"{number} {description}";
        if (process.Described.TryGetValue(key, out var known))
        {
            process.Opened(known, isSocket: true);
            return;
        }

        var at = number ?? process.NextDescriptor;
        process.Described.Add(key, at);
        open(at);
        process.Opened(at, isSocket: true);
    }
}
