using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>
/// Each of the 522 keys that Falcosidekick reads: those of the router and of outputs that exist set what they name, in the file and by
/// their variable, also where Falcosidekick's variable does nothing; those of outputs still to come are never met with silence.
/// </summary>
public sealed class EveryKeyTests(ITestOutputHelper output) : IDisposable
{
    // A list of sections has no form in one text; its variable is that of dropeventthresholds, whose text says the same.
    private const string SectionList = "alertmanager.dropeventthresholdslist";

    private readonly string folder = Directory.CreateTempSubdirectory("saker-keys").FullName;
    private readonly TestCertificates certificates = new();

    public void Dispose()
    {
        certificates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_key_of_what_exists_works_in_the_file_and_by_its_variable_alone_and_over_the_file()
    {
        var (tried, ignoredThere) = (0, 0);
        var wrong = new List<string>();
        foreach (var (path, variable, aloneThere) in Recorded())
        {
            if (Find(path) is not { } key || path == SectionList)
            {
                continue;
            }

            tried++;
            ignoredThere += aloneThere ? 0 : 1;
            var sample = Sample(path, key);
            var expected = Expected(key, sample);
            var others = Companions(path);
            var usual = ValueDisplay.Of(key, key.Default);
            if (variable != EnvironmentVariables.NameOf(path) || expected == RecordedSettings.Text(key.Default))
            {
                wrong.Add($"{path}: its variable is {variable}, and the default is no sample: {expected}");
            }

            Compare("in the file", Load(Yaml([(path, sample), .. others]), []), "router.yaml");
            Compare("by the variable alone", Load("", Variables([(path, sample), .. others])), variable);
            var written = key.Kind == OptionKind.Map ? "other:one" : key.Kind == OptionKind.List ? "another" : usual.Length > 0 && !key.IsSecret ? usual : sample;
            Compare("by the variable over the file", Load(Yaml([(path, written), .. others]), Variables([(path, sample)])), variable);

            void Compare(string way, RouterConfiguration configuration, string source)
            {
                var faults = configuration.Faults.Where(static fault => fault.Severity != FaultSeverity.Notice).ToList();
                var got = Value(configuration, path, key);
                var from = configuration.Effective.LastOrDefault(value => value.Path == path)?.Source?.Name;
                if (faults.Count > 0 || got != expected || from is null || !from.EndsWith(source, StringComparison.Ordinal))
                {
                    wrong.Add($"{path} {way}: '{sample}' gave {got} from {from}. {string.Join(" ", faults)}");
                }
            }
        }

        output.WriteLine($"{tried} keys, {ignoredThere} of them with a variable that Falcosidekick ignores.");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(tried >= 140, $"only {tried} were tried");
    }

    [Fact]
    public void A_key_of_an_output_still_to_come_is_taken_quietly_while_that_is_off_and_named_once_when_it_is_on()
    {
        var wrong = new List<string>();
        foreach (var (path, _, _) in Recorded())
        {
            if (Find(path) is not null)
            {
                continue;
            }

            var (type, deciding) = Missing(path);
            const string sample = "1";
            if (path != $"{type}.{deciding}" && (Load(Yaml([(path, sample)]), []).Faults.Count > 0 || Load("", Variables([(path, sample)])).Faults.Count > 0))
            {
                wrong.Add($"{path} says something while {type} is off");
            }

            foreach (var configuration in (RouterConfiguration[])[Load(Yaml([(path, sample), ($"{type}.{deciding}", sample)]), []), Load("", Variables([(path, sample), ($"{type}.{deciding}", sample)]))])
            {
                // The page that the stock chart brings by its variable is no reason not to start.
                var isPage = type == "webui" && configuration.Faults is [{ Source.IsVariable: true }];
                if (configuration.IsRefused == isPage || configuration.Faults is not [var fault] || fault.Severity != (isPage ? FaultSeverity.Warning : FaultSeverity.Error) || fault.Key != type || !fault.Message.Contains($"'{type}' is not in this version", StringComparison.Ordinal))
                {
                    wrong.Add($"{path}: {string.Join(" ", configuration.Faults)}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void A_list_of_sections_works_in_the_file_and_by_the_variable_of_its_text()
    {
        const string yaml = "alertmanager: {hostport: 'http://h', dropeventthresholdslist: [{value: 7, priority: warning}]}\n";
        var configuration = Load(yaml, []);
        Assert.Empty(configuration.Faults);
        Assert.Contains(configuration.Effective, static value => value.Path == $"{SectionList}[0].value" && value.Text == "7");
        var refused = Load("", new() { ["ALERTMANAGER_HOSTPORT"] = "http://h", ["ALERTMANAGER_DROPEVENTTHRESHOLDSLIST"] = "7:warning" });
        Assert.Equal("A list of sections belongs here, each behind a '-'.", Assert.Single(refused.Faults).Message);
    }

    private static IEnumerable<(string Path, string Variable, bool AloneThere)> Recorded() =>
        RecordedData.Lines("sidekick", "config-keys.tsv").Skip(1).Select(static line => line.Split('\t')).Where(static row => row[1] != "-")
            .Select(static row => (row[0], row[3], row[4] == "yes"));

    /// <summary>The key at a path, of the router, of an output, or of a group of outputs; null when this version has none.</summary>
    private static OptionKey? Find(string path)
    {
        var owner = OutputCatalogue.Default.All.FirstOrDefault(output => path.StartsWith($"{output.Descriptor.Type}.", StringComparison.Ordinal));
        if (owner is not null)
        {
            return Below(owner.OptionsType, path[(owner.Descriptor.Type.Length + 1)..]);
        }

        var isGroup = OutputCatalogue.Default.Groups.FirstOrDefault(group => path.StartsWith($"{group.Name}.", StringComparison.Ordinal) && path.LastIndexOf('.') == group.Name.Length);
        return isGroup is { } group ? Below(group.OptionsType, path[(group.Name.Length + 1)..]) : Below(typeof(RouterOptions), path);
    }

    private static OptionKey? Below(Type type, string path)
    {
        OptionKey? key = null;
        foreach (var name in path.Split('.'))
        {
            key = OptionSchema.For(type).Find(name);
            if (key is null)
            {
                return null;
            }

            type = key.ValueType;
        }

        return key;
    }

    private static (string Type, string DecidingKey) Missing(string path)
    {
        var head = path.Split('.')[0];
        var all = FalcosidekickOutputs.All.Where(static one => OutputCatalogue.Default.Find(one.Type) is null).ToList();
        return all.FirstOrDefault(one => path.StartsWith($"{one.Type}.", StringComparison.Ordinal)) is { Type: { } type } own
            ? (type, own.DecidingKey)
            : all.First(one => one.Type.StartsWith($"{head}.", StringComparison.Ordinal)); // a key that the group's outputs share
    }

    private static string Value(RouterConfiguration configuration, string path, OptionKey key)
    {
        object? holder = configuration.Router;
        var names = path.Split('.');
        if (configuration.Outputs.FirstOrDefault(one => path.StartsWith($"{one.Path}.", StringComparison.Ordinal)) is { } output)
        {
            (holder, names) = (output.Options, path[(output.Path.Length + 1)..].Split('.'));
        }
        else if (configuration.Outputs.FirstOrDefault(one => one.Group is not null && names[0] == one.Path.Split('.')[0]) is { Group: { } group })
        {
            (holder, names) = (group, names[1..]);
        }

        foreach (var name in names[..^1])
        {
            holder = OptionSchema.For(holder!.GetType()).Find(name)?.Property.GetValue(holder);
            if (holder is null)
            {
                return "nowhere";
            }
        }

        return holder!.GetType() == key.Property.ReflectedType ? RecordedSettings.Text(key.Property.GetValue(holder)) : "nowhere";
    }

    private static string Expected(OptionKey key, string sample)
    {
        switch (key.Kind)
        {
            case OptionKind.List:
                return RecordedSettings.Text(sample.Split(',').ToList());
            case OptionKind.Map:
                return RecordedSettings.Text(sample.Split(',').ToDictionary(static entry => entry.Split(':')[0], static entry => entry.Split(':')[1]));
            default:
                Assert.Null(ScalarConverter.Convert(key.ValueType, sample, out var value));
                return RecordedSettings.Text(value);
        }
    }

    private string Sample(string path, OptionKey key) => path switch
    {
        "listenaddress" => "127.0.0.1",
        "tlsserver.certfile" => Path.Combine(certificates.Folder, "server.crt"),
        "tlsserver.keyfile" => Path.Combine(certificates.Folder, "server.key"),
        "tlsserver.cacertfile" => Path.Combine(certificates.Folder, "ca.crt"),
        "tlsserver.notlspaths" => "/ping,/metrics",
        "prometheus.extralabelslist" => "a,b",
        "aws.sns.topicarn" => "arn:aws:sns:eu-west-1:123456789012:falco",
        "aws.rolearn" => "arn:aws:iam::123456789012:role/falco",
        "smtp.to" or "smtp.from" => "falco@example.com",
        "alertmanager.hostport" or "elasticsearch.hostport" => "http://a:1,http://b:2",
        "kafka.hostport" => "a:9092,b:9092",
        _ when path.EndsWith(".hostport", StringComparison.Ordinal) && path.StartsWith("smtp", StringComparison.Ordinal) => "mail.example.com:25",
        _ when path.EndsWith("hostport", StringComparison.Ordinal) || path.EndsWith("address", StringComparison.Ordinal) || path.EndsWith("url", StringComparison.Ordinal) || path == "splunk.host" => "http://h:81",
        _ => OfType(key),
    };

    private static string OfType(OptionKey key)
    {
        var usual = ScalarConverter.Display(key.Default);
        return key switch
        {
            { Kind: OptionKind.Map } => "a:b,c:d",
            { Kind: OptionKind.List } => "a,b",
            { Words: [_, ..] } => key.Words.First(word => word != usual && word.Length > 0),
            _ when key.ValueType == typeof(bool) => usual == "true" ? "false" : "true",
            _ when key.ValueType == typeof(TimeSpan) => "7s",
            _ when ScalarConverter.IsInteger(key.ValueType) => Enumerable.Range((int)(key.Checks.OfType<RangeAttribute>().FirstOrDefault()?.Minimum ?? 0), 2)
                .Select(static number => number.ToString(CultureInfo.InvariantCulture)).First(number => number != usual),
            _ => "sample1",
        };
    }

    /// <summary>What must be set beside a key: what switches its output on, and what it makes no sense without.</summary>
    private (string Path, string Value)[] Companions(string path)
    {
        var others = new List<(string Path, string Value)>();
        var owner = OutputCatalogue.Default.All.FirstOrDefault(output => path.StartsWith($"{output.Descriptor.Type}.", StringComparison.Ordinal))
            ?? OutputCatalogue.Default.All.FirstOrDefault(output => output.Group is { } group && path.StartsWith($"{group.Name}.", StringComparison.Ordinal));
        if (owner is not null)
        {
            var schema = OptionSchema.For(owner.OptionsType);
            foreach (var required in schema.Keys.Where(key => key.IsRequired || key.Name == owner.Descriptor.DecidingKey))
            {
                var key = $"{owner.Descriptor.Type}.{required.Name}";
                others.Add((key, Sample(key, required)));
            }
        }

        others.AddRange(path switch
        {
            "tlsserver.deploy" => ((string Path, string Value)[])[.. from key in (string[])["certfile", "keyfile", "cacertfile"] select ($"tlsserver.{key}", Sample($"tlsserver.{key}", Find($"tlsserver.{key}")!))],
            "tlsserver.mutualtls" => [("tlsserver.deploy", "true"), .. Companions("tlsserver.deploy")],
            "kafka.sasl" => [("kafka.username", "u"), ("kafka.password", "p"), ("kafka.topic", "t")],
            "aws.accesskeyid" => [("aws.secretaccesskey", "s")],
            "aws.secretaccesskey" => [("aws.accesskeyid", "k")],
            _ when path.StartsWith("kafka.", StringComparison.Ordinal) => [("kafka.topic", "t")],
            _ when path.StartsWith("smtp.", StringComparison.Ordinal) => [("smtp.from", "falco@example.com"), ("smtp.to", "you@example.com")],
            _ => [],
        });
        return [.. others.Where(other => other.Path != path)];
    }

    private static Dictionary<string, string> Variables(IEnumerable<(string Path, string Value)> settings) =>
        settings.DistinctBy(static setting => setting.Path).ToDictionary(static setting => EnvironmentVariables.NameOf(setting.Path), static setting => setting.Value);

    // Each key in its section, as users write it.
    private static string Yaml(IEnumerable<(string Path, string Value)> settings) => Section(settings.DistinctBy(static setting => setting.Path), "");

    private static string Section(IEnumerable<(string Path, string Value)> settings, string indent) => string.Concat(settings.GroupBy(static setting => setting.Path.Split('.')[0]).Select(group =>
        group.Any(setting => setting.Path == group.Key)
            ? $"{indent}{group.Key}: '{group.First().Value}'\n"
            : $"{indent}{group.Key}:\n{Section(group.Select(setting => (setting.Path[(group.Key.Length + 1)..], setting.Value)), indent + "  ")}"));

    private RouterConfiguration Load(string yaml, Dictionary<string, string> variables)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, yaml);
        return RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), OutputCatalogue.Default);
    }
}
