using Saker.Alerts;
using Saker.Detector.RuleTools.Scenes;
using Saker.Rules;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>Reads files of cases. All mistakes are told, each with its place, its key and the cure.</summary>
/// <param name="faults">Gets the mistakes.</param>
internal sealed class RuleTestReader(ConfigFaults faults)
{
    private const int MaxCount = 1_000_000_000;

    /// <summary>Reads a file.</summary>
    public RuleTestFile Read(string path)
    {
        var top = new Section(ConfigFile.Read(path, faults), "", faults);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var rules = new List<string>();
        foreach (var rule in top.Texts("rules") ?? [])
        {
            var full = Path.GetFullPath(rule.Text, folder);
            rules.Add(full);
            if (!File.Exists(full) && !Directory.Exists(full))
            {
                faults.Error(rule.Source, "rules", $"'{rule.Text}' is not there; the path is relative to this file, and names a rule file or a folder of them.");
            }
        }

        var matching = top.Text("matching") switch
        {
            null or "all" => RuleMatching.All,
            "first" => RuleMatching.First,
            var other => Wrong(top, other),
        };
        var sections = top.Sections("cases");
        if (sections.Count == 0 && !faults.HasErrors)
        {
            faults.Error(top.Source, "cases", "There are no cases: write them below 'cases', each with name, events (or capture, or alert) and expect.");
        }

        List<RuleCase> cases = [.. sections.Select(section => ReadCase(section, folder)).OfType<RuleCase>()];
        foreach (var twice in cases.GroupBy(static test => test.Name, StringComparer.Ordinal).SelectMany(static same => same.Skip(1)))
        {
            faults.Error(twice.Source, $"{twice.Path}.name", $"'{twice.Name}' is the name of another case above; give each its own.");
        }

        top.Finish();
        return new RuleTestFile(path, rules, matching, cases);
    }

    private static RuleMatching Wrong(Section section, string word)
    {
        section.Fault("matching", $"'{word}' is neither first nor all.");
        return RuleMatching.All;
    }

    private RuleCase? ReadCase(Section section, string folder)
    {
        var name = section.Required("name", "a sentence that says what happens.");
        var input = ReadInput(section, folder);
        var expected = ReadExpected(section);
        var others = section.Flag("allow_others");
        section.Finish();
        return name is null || input is null || expected is null ? null : new RuleCase
        {
            Name = name,
            Source = section.Source,
            Path = section.Path,
            Input = input,
            Expected = expected,
            AllowOthers = others,
        };
    }

    private CaseInput? ReadInput(Section section, string folder)
    {
        string[] kinds = ["events", "capture", "alert"];
        var given = kinds.Where(section.Has).ToList();
        if (given.Count != 1)
        {
            faults.Error(section.Source, section.Path, given.Count == 0
                ? "Nothing happens in this case; give it events, a capture, or a recorded alert."
                : $"A case has one of {string.Join(", ", kinds)}, and here are {string.Join(" and ", given)}; make cases of their own of them.");
        }

        CaseInput? input = section.Has("capture") ? ReadCapture(section, folder) : section.Has("alert") ? ReadAlert(section, folder) : section.Has("events") ? ReadEvents(section) : null;
        foreach (var key in kinds)
        {
            section.Find(key);
        }

        return given.Count == 1 ? input : null;
    }

    private static SceneInput ReadEvents(Section section)
    {
        var builder = new SceneBuilder();
        foreach (var key in (string[])["proc", "user", "container"])
        {
            section.Find(key);
        }

        var events = section.Sections("events");
        if (events.Count == 0)
        {
            section.Fault("events", "A list of events belongs here, each behind a '-': - {event: openat, params: {name: /etc/shadow}}.");
        }

        foreach (var written in events)
        {
            builder.Add(written, section);
        }

        return new SceneInput(builder.Scene);
    }

    private static CaptureInput? ReadCapture(Section section, string folder)
    {
        var filter = section.Text("filter") is null ? null : (ConfigScalar)section.Find("filter")!;
        if (section.Text("capture") is not { } file)
        {
            section.Fault("capture", "The path of a capture belongs here (.scap), relative to this file.");
            return null;
        }

        var full = Path.GetFullPath(file, folder);
        if (!File.Exists(full))
        {
            section.Fault("capture", $"'{file}' is not there; the path is relative to this file.");
        }

        return new CaptureInput(full, section.Find("capture")!.Source, filter);
    }

    private AlertInput? ReadAlert(Section section, string folder)
    {
        var fields = section.Find("fields");
        if (fields is not (null or ConfigMap))
        {
            section.Fault("fields", "Values of fields belong here, by their names: fields: {evt.type: openat}.");
        }

        var alert = section.Find("alert") switch
        {
            ConfigMap map => map,
            ConfigScalar { Text: ['{', ..] } json => YamlConfigReader.Parse(json.Source.Name, json.Text, new ConfigFaults()) as ConfigMap,
            ConfigScalar file => OfFile(section, Path.GetFullPath(file.Text, folder)),
            _ => null,
        };
        if (alert is null)
        {
            section.Fault("alert", "An alert as Falco writes it belongs here: its line of JSON, or the path of a file with one such line.");
            return null;
        }

        return new AlertInput(alert, fields as ConfigMap);
    }

    private ConfigMap? OfFile(Section section, string path)
    {
        if (File.Exists(path))
        {
            return ConfigFile.Read(path, faults);
        }

        section.Fault("alert", $"'{path}' is not there; the path is relative to this file.");
        return null;
    }

    private List<Expectation>? ReadExpected(Section section)
    {
        switch (section.Find("expect"))
        {
            case ConfigScalar { Text: "none" } or ConfigList { Items.Count: 0 }:
                return [];
            case ConfigScalar rule:
                return [new Expectation { Rule = rule.Text, Source = rule.Source, Path = section.Join("expect") }];
            case ConfigList list:
                return [.. list.Items.Index().Select(item => ReadExpectation(item.Item, $"{section.Join("expect")}[{item.Index}]")).OfType<Expectation>()];
            default:
                section.Fault("expect", "The alerts that are to come belong here: 'none', the name of a rule, or a list of rules with count, priority, output and fields.");
                return null;
        }
    }

    private Expectation? ReadExpectation(ConfigNode node, string path)
    {
        if (node is ConfigScalar { IsNull: false } name)
        {
            return new Expectation { Rule = name.Text, Source = name.Source, Path = path };
        }

        if (node is not ConfigMap map)
        {
            faults.Error(node.Source, path, "The name of a rule belongs here, or rule, count, priority, output and fields.");
            return null;
        }

        var section = new Section(map, path, faults);
        var expectation = new Expectation
        {
            Rule = section.Required("rule", "the name of the rule.") ?? "",
            Source = map.Source,
            Path = path,
            Count = section.Number("count", 0, MaxCount),
            Priority = ReadPriority(section),
            Output = section.Text("output"),
            Fields = section.Pairs("fields"),
        };
        section.Finish();
        return expectation;
    }

    private static Priority? ReadPriority(Section section)
    {
        if (section.Text("priority") is not { } text)
        {
            return null;
        }

        var all = Enum.GetValues<Priority>();
        foreach (var priority in all.Where(priority => priority.Word().Equals(text, StringComparison.OrdinalIgnoreCase)))
        {
            return priority;
        }

        section.Fault("priority", $"'{text}' is not one of {string.Join(", ", all.Select(static priority => priority.Word()))}{NearestWord.Hint(text, all.Select(static priority => priority.Word()))}");
        return null;
    }
}
