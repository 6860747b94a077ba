using Saker.Alerts;
using Saker.Outputs;
using Saker.Outputs.Proxies;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Text;

namespace Saker.Router.Configuration;

/// <summary>Makes a <see cref="RouterConfiguration"/> of a file and the environment, with every fault that they have.</summary>
internal sealed class RouterConfigurationLoader
{
    private const string OutputsSection = "outputs";
    private const string TypeKey = "type";
    private const int MinMaskedLength = 8; // shorter ones stand in every second sentence

    private static readonly OptionSchema RouterSchema = OptionSchema.For(typeof(RouterOptions));

    private readonly OutputCatalogue catalogue;
    private readonly EnvironmentVariables environment;
    private readonly ConfigFaults faults = new();
    private readonly ValueReferences references;
    private readonly OptionsBinder binder;
    private readonly GroupOptions groups;
    private readonly List<OutputInstance> outputs = [];
    private readonly List<OutputOff> off = [];

    private RouterConfigurationLoader(OutputCatalogue catalogue, EnvironmentVariables environment)
    {
        this.catalogue = catalogue;
        this.environment = environment;
        references = new ValueReferences(environment);
        binder = new OptionsBinder(environment, faults, references: references);
        groups = new GroupOptions(catalogue, binder, references, faults);
    }

    /// <summary>Reads everything.</summary>
    /// <param name="file">The file that the user named; null for none.</param>
    /// <param name="environment">The variables.</param>
    /// <param name="catalogue">The outputs that there are.</param>
    public static RouterConfiguration Load(string? file, EnvironmentVariables environment, OutputCatalogue catalogue) =>
        new RouterConfigurationLoader(catalogue, environment).Load(file);

    private RouterConfiguration Load(string? file)
    {
        // Taken before the file is read: a change in between is then seen as one.
        var fingerprint = file is null ? "" : FileFingerprint.Of(file);
        var root = file is null ? new ConfigMap([], ConfigSource.WholeFile("the environment")) : ConfigFile.Read(file, faults);
        var unreadable = faults.HasErrors;
        var sections = OutputSections();
        root = DottedKeys.Expand(root, name => sections.Contains(name) || RouterSchema.Find(name)?.Kind is OptionKind.Section);
        root = IsStrict(root) ? PlainValues.Apply(LowerCaseKeys.Apply(root, OutputsSection)) : root;

        var router = (RouterOptions)binder.Bind(RouterSchema, root, "", root.Source, [.. sections, .. OwnTypes()]);
        router = RouterOptionChecks.Apply(router, binder.Effective, environment, faults);
        groups.Root = root;
        BindFalcosidekickSections(root);
        BindInstances(root);
        ReportOwnTypes(root);
        ReportMissingOutputs(root);
        groups.CheckUnused();
        FalcosidekickKeys.Check(root, type => catalogue.Find(type) is not null, groups.Contains, faults);
        WrittenReferences.Report(root, faults);
        var proxy = ProxySettings.Read(
            name => environment.Find(name)?.Text,
            (name, sentence) => faults.Error(ConfigSource.InVariable(name), "", sentence),
            (name, sentence) => faults.Warning(ConfigSource.InVariable(name), "", sentence));
        ReportAmbiguousVariables();
        foreach (var (name, sentence) in environment.Problems)
        {
            faults.Error(ConfigSource.InVariable(name), "", sentence);
        }

        StrayVariables.Report(environment, sections.Append(OutputsSection), outputs, faults);

        var ignore = router.Config.OnError == "ignore" && !unreadable;
        List<Secret> putIn = [.. references.FileContents.Where(static content => content.Length >= MinMaskedLength).Select(static content => new Secret(content))];
        return new RouterConfiguration
        {
            Router = router,
            Outputs = [.. outputs.Select(output => output with { PutIn = putIn })],
            Off = off,
            Proxy = proxy,
            Variable = environment.Text,
            Effective = binder.Effective,
            Faults = ignore ? [.. faults.All.Select(AsWarning)] : faults.All,
            IsRefused = faults.HasErrors && !ignore,
            Fingerprint = $"{fingerprint} {environment.Files.Fingerprint}",
            File = file,
            ValueFiles = environment.Files.Paths,
        };
    }

    private static ConfigFault AsWarning(ConfigFault fault) =>
        fault.Severity == FaultSeverity.Error ? fault with { Severity = FaultSeverity.Warning } : fault;

    /// <summary>The first part of every output's section, and <c>outputs</c>.</summary>
    private HashSet<string> OutputSections()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { OutputsSection };
        names.UnionWith(catalogue.All.Where(static output => output.Descriptor.InFalcosidekick).Select(static output => Head(output.Descriptor.Type)));
        names.UnionWith(FalcosidekickOutputs.All.Select(static output => Head(output.Type)));
        return names;
    }

    // Asked before the binding, which it changes; the binder reports a value that is no truth value.
    private bool IsStrict(ConfigMap root)
    {
        const string key = "strictcompatibility";
        return (environment.Find(EnvironmentVariables.NameOf(key)) ?? root.Find(key)?.Value) is ConfigScalar { IsNull: false } scalar
            && ScalarConverter.Convert(typeof(bool), scalar.Text, out var value) is null && value is true;
    }

    private static string Head(string type) => type.Split('.')[0];

    private void BindFalcosidekickSections(ConfigMap root)
    {
        foreach (var registration in catalogue.All.Where(static output => output.Descriptor.InFalcosidekick))
        {
            var type = registration.Descriptor.Type;
            var section = Section(root, type, report: true);
            if (IsSwitchedOn(section, type, registration.Descriptor.DecidingKey))
            {
                Bind(registration, type, type, section, section?.Source ?? ConfigSource.InVariable(EnvironmentVariables.NameOf($"{type}.{registration.Descriptor.DecidingKey}")), []);
            }
            else if (section is not null)
            {
                // What was written is checked even when it is switched off; what the environment says is not,
                // because the stock chart sets the variables of every output.
                new OptionsBinder(EnvironmentVariables.None, faults, mayBeIncomplete: true, references).Bind(OptionSchema.For(registration.OptionsType), section, type, section.Source);
                if (section.Entries.Any(static entry => !OptionsBinder.IsEmpty(entry.Value)))
                {
                    var reason = $"This output is off, because {type}.{registration.Descriptor.DecidingKey} is not set.";
                    faults.Notice(section.Source, type, reason);
                    off.Add(new OutputOff(type, type, reason));
                }
            }
        }
    }

    private void BindInstances(ConfigMap root)
    {
        foreach (var entry in Section(root, OutputsSection, report: true)?.Entries ?? [])
        {
            var path = $"{OutputsSection}.{entry.Key}";
            if (SectionNames.Problem(entry.Key) is { } problem)
            {
                faults.Error(entry.KeySource, path, problem);
            }
            else if (outputs.Exists(output => output.Name == entry.Key))
            {
                faults.Error(entry.KeySource, path, $"The section '{entry.Key}' is an output of this name already; choose another name.");
            }
            else if (entry.Value is not ConfigMap section)
            {
                faults.Error(entry.Value.Source, path, $"An output is a map; put '{TypeKey}' and the output's keys below its name.");
            }
            else if (FindType(section, path) is { } registration)
            {
                BindInstance(registration, entry.Key, path, section);
            }
        }
    }

    private OutputRegistration? FindType(ConfigMap section, string path)
    {
        var typePath = $"{path}.{TypeKey}";
        var node = environment.FindOrFile(EnvironmentVariables.NameOf(typePath)) ?? section.Find(TypeKey)?.Value;
        if (node is not ConfigScalar { Text: { Length: > 0 } type })
        {
            faults.Error(node?.Source ?? section.Source, typePath, $"This must be set to one of {TypeNames()}.");
            return null;
        }

        if (catalogue.Find(type) is { } registration)
        {
            return registration;
        }

        faults.Error(node.Source, typePath, FalcosidekickOutputs.Contains(type)
            ? MissingSentence(type)
            : $"'{type}' is not one of {TypeNames()}{NearestWord.Hint(type, catalogue.All.Select(static output => output.Descriptor.Type))}");
        return null;
    }

    private string TypeNames() => string.Join(", ", catalogue.All.Select(static output => output.Descriptor.Type));

    private void BindInstance(OutputRegistration registration, string name, string path, ConfigMap section)
    {
        var key = registration.Descriptor.DecidingKey;
        var deciding = OptionSchema.For(registration.OptionsType).Find(key);
        var isSet = binder.IsSet(section, path, key);
        if (deciding is { Property.PropertyType: var type } && type != typeof(bool) && !isSet)
        {
            faults.Error(section.Source, $"{path}.{key}", $"This must be set, here or in the variable {EnvironmentVariables.NameOf($"{path}.{key}")}.");
            return;
        }

        // An instance in this map is wanted; only a switch that says 'false' takes it out.
        if (!isSet || IsSwitchedOn(section, path, key))
        {
            Bind(registration, name, path, section, section.Source, registration.Group is { } group ? [TypeKey, group.Name] : [TypeKey]);
        }
        else
        {
            off.Add(new OutputOff(name, registration.Descriptor.Type, $"This output is off, because {path}.{key} says so."));
        }
    }

    private void Bind(OutputRegistration registration, string name, string path, ConfigMap? section, ConfigSource source, IReadOnlyCollection<string> others)
    {
        var options = (OutputOptions)binder.Bind(OptionSchema.For(registration.OptionsType), section, path, source, others);
        // Under 'ignore' every other key has its default after a fault; without a destination there is nothing to run.
        var deciding = $"{path}.{registration.Descriptor.DecidingKey}";
        if (!faults.All.Any(fault => fault.Severity == FaultSeverity.Error && (fault.Key == deciding || fault.Key.StartsWith($"{deciding}[", StringComparison.Ordinal))))
        {
            outputs.Add(new OutputInstance(name, registration, options, path, source, groups.Of(registration, path, section)));
        }
    }

    // Outputs that Falcosidekick does not have.
    private IEnumerable<string> OwnTypes() => catalogue.All.Where(static output => !output.Descriptor.InFalcosidekick).Select(static output => output.Descriptor.Type);

    private void ReportOwnTypes(ConfigMap root)
    {
        foreach (var entry in root.Entries.Where(entry => OwnTypes().Contains(entry.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Error(entry.KeySource, entry.Key, $"This output has no section of its own; write it below '{OutputsSection}', under a name that you choose, with 'type: {entry.Key.ToLowerInvariant()}'.");
        }
    }

    private void ReportMissingOutputs(ConfigMap root)
    {
        foreach (var (type, decidingKey) in FalcosidekickOutputs.All.Where(output => catalogue.Find(output.Type) is null))
        {
            var section = Section(root, type, report: false);
            if (IsSwitchedOn(section, type, decidingKey))
            {
                var source = section?.Source ?? ConfigSource.InVariable(EnvironmentVariables.NameOf($"{type}.{decidingKey}"));
                if (IsPageOfChart(type, source))
                {
                    faults.Warning(source, type, $"The output '{type}' is not in this version; the router runs without it.");
                }
                else
                {
                    faults.Error(source, type, MissingSentence(type));
                }
            }
        }
    }

    // The stock chart sets its variable for whoever wants the page; a page wakes nobody, so that its lack is no reason to take no alerts.
    private static bool IsPageOfChart(string type, ConfigSource source) => type == "webui" && source.IsVariable;

    private static string MissingSentence(string type) =>
        $"The output '{type}' is not in this version; take it out, or set 'config.onerror: ignore' to run without it.";

    // A switch is off when it says so; any other deciding key is on when it has a value.
    private bool IsSwitchedOn(ConfigMap? section, string path, string key) =>
        binder.IsSet(section, path, key)
        && !((environment.FindOrFile(EnvironmentVariables.NameOf($"{path}.{key}")) ?? section?.Find(key)?.Value) is ConfigScalar scalar
            && ScalarConverter.Convert(typeof(bool), scalar.Text, out var value) is null && value is false);

    private ConfigMap? Section(ConfigMap root, string path, bool report)
    {
        ConfigNode? node = root;
        foreach (var name in path.Split('.'))
        {
            node = (node as ConfigMap)?.Find(name)?.Value;
        }

        if (report && node is not (null or ConfigMap) && !OptionsBinder.IsEmpty(node))
        {
            faults.Error(node.Source, path, "This is a section; put its keys below it, one a line.");
        }

        return node as ConfigMap;
    }

    private void ReportAmbiguousVariables()
    {
        foreach (var same in binder.Effective.GroupBy(static value => EnvironmentVariables.NameOf(value.Path)).Where(static group => group.Skip(1).Any()))
        {
            faults.Error(ConfigSource.InVariable(same.Key), "", $"This variable would set {string.Join(" and ", same.Select(static value => value.Path))}; rename one of the outputs.");
        }
    }
}
