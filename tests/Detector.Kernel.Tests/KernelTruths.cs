using System.Globalization;
using Saker.Detector.Engine;
using Saker.Detector.Events;

namespace Saker.Detector.Kernel.Tests;

/// <summary>What the driver reads out of the kernel's memory, held against what /proc and calls say at the same moment (truths.c).</summary>
public sealed class KernelTruths
{
    private static readonly string[] Cgroups = ["cpuset", "cpu", "cpuacct", "io", "memory"];
    private static readonly Lazy<Told> Run = new(Record);

    /// <summary>The events of truths.c.</summary>
    public static TheoryData<string> Ids =>
    [
        "terminal.exec", "rights.exec", "user.exec",
        "namespace.child1", "namespace.caller1", "namespace.child2", "namespace.caller2", "namespace.exec",
        "munmap", "brk",
        "open.device", "open.made", "open.proc", "open.folder",
        "connect.inet", "accept.inet", "sendto.inet", "connect.inet6", "accept.inet6", "sendto.inet6",
    ];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Event_says_what_the_kernel_says(string id)
    {
        Live.Require();
        var told = Run.Value;
        Assert.SkipWhen(id.EndsWith("inet6", StringComparison.Ordinal) && !told.Truths.ContainsKey(id), "No IPv6 here.");
        var (types, tid, result) = told.Events[id];
        var candidates = told.All.Where(seen => seen.Tid == tid && types.Contains(seen.Type) && HasResult(seen, result)).ToList();
        Assert.NotEmpty(candidates);
        // Several calls of a thread may have one result: the one that was meant is like the truth in more.
        var wrong = candidates.Select(seen => Wrong(seen, told.Truths[id])).MinBy(found => found.Count)!;
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Everything_that_a_started_program_tells_is_compared()
    {
        Live.Require();
        var compared = Run.Value.Truths["namespace.exec"].Select(truth => truth.Parameter).ToHashSet();
        var told = EventTable.All.Single(definition => definition is { Name: "execve", IsOld: false, IsEnter: false }).Parameters.ToArray().Select(parameter => parameter.Name);
        // The result is what the event was found by; the working directory is followed by the state; ProcessEvents looks at the
        // flags. Where no cgroups are mounted /proc tells of none.
        Assert.Equal(["cwd", "flags", "res"], told.Where(name => !compared.Contains(name) && name != "cgroups").Order());
    }

    private static bool HasResult(Event seen, long result) => seen[seen.Definition.Parameters[0].Name] is var told && (result == -1 ? told != 0 : told == result);

    private static List<string> Wrong(Event seen, IReadOnlyList<(string Parameter, string Value)> truths)
    {
        var wrong = new List<string>();
        foreach (var (parameter, value) in truths)
        {
            if (parameter == "cgroups")
            {
                wrong.AddRange(WrongCgroups(seen, value));
            }
            else if (Value(seen, parameter) is var told && told != value)
            {
                wrong.Add($"{parameter} is {value}, told was {told}");
            }
        }

        return wrong;
    }

    /// <summary>A line of /proc/PID/cgroup: number, controllers (none in version 2), path.</summary>
    private static IEnumerable<string> WrongCgroups(Event seen, string line)
    {
        var parts = line.Split(':', 3);
        var told = seen.Texts("cgroups").Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var controller in parts[1].Split(',').Select(name => name == "blkio" ? "io" : name).Where(Cgroups.Contains))
        {
            if (told.GetValueOrDefault(controller) != parts[2])
            {
                yield return $"{controller} is in {parts[2]}, told was {told.GetValueOrDefault(controller)}";
            }
        }
    }

    private static string? Value(Event seen, string name)
    {
        var parameter = seen.Definition.Parameters.ToArray().Single(parameter => parameter.Name == name);
        return parameter.Type switch
        {
            ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath or ParameterType.ByteBuf => seen.Text(name),
            ParameterType.SockTuple => Convert.ToHexStringLower(seen.Values[name]),
            _ => seen[name].ToString(CultureInfo.InvariantCulture),
        };
    }

    private static Told Record()
    {
        var named = new HashSet<string> { "brk", "munmap", "accept4", "sendto" };
        var folder = Directory.CreateTempSubdirectory("saker-truths");
        var printed = "";
        try
        {
            var all = Live.Record(() => printed = Programs.Run(Programs.Truths, folder.FullName), Live.Settings with { SystemCalls = InterestSet.For(named) });
            var events = new Dictionary<string, (string[], long, long)>();
            var truths = new Dictionary<string, IReadOnlyList<(string, string)>>();
            foreach (var words in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')))
            {
                if (words[0] == "event")
                {
                    events[words[1]] = (words[2].Split('|'), long.Parse(words[3], CultureInfo.InvariantCulture), long.Parse(words[4], CultureInfo.InvariantCulture));
                    truths[words[1]] = new List<(string, string)>();
                }
                else
                {
                    ((List<(string, string)>)truths[words[0]]).Add((words[1], string.Join(' ', words[2..])));
                }
            }

            return new Told(events, truths, all);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>What truths.c printed, and all events of the machine meanwhile.</summary>
    private sealed record Told(
        IReadOnlyDictionary<string, (string[] Types, long Tid, long Result)> Events,
        IReadOnlyDictionary<string, IReadOnlyList<(string Parameter, string Value)>> Truths,
        IReadOnlyList<Event> All);
}
