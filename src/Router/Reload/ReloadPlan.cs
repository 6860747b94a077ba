using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Reload;

/// <summary>What another reading of the configuration changes in a running router.</summary>
internal sealed class ReloadPlan
{
    private static readonly OptionSchema Schema = OptionSchema.For(typeof(RouterOptions));

    private static readonly string[] FieldKeys = ["customfields", "templatedfields"];

    private readonly HashSet<string> unchanged = new(StringComparer.Ordinal);

    private ReloadPlan(RouterConfiguration configuration) => Configuration = configuration;

    /// <summary>What is in effect afterwards: the new one, but for what only a restart can change.</summary>
    public RouterConfiguration Configuration { get; }

    public List<string> Added { get; } = [];

    /// <summary>Names, with the keys that changed.</summary>
    public List<string> Changed { get; } = [];

    public List<string> Removed { get; } = [];

    /// <summary>The router's own keys that take effect.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>Keys that differ and cannot take effect without a restart.</summary>
    public List<string> NeedsRestart { get; } = [];

    public int UnchangedCount => unchanged.Count;

    /// <summary>True when everything stays as it is.</summary>
    public bool IsEmpty => Added.Count + Changed.Count + Removed.Count + Settings.Count == 0;

    /// <summary>True when the instance that runs under this name is the same.</summary>
    public bool IsUnchanged(string name) => unchanged.Contains(name);

    /// <summary>Compares what runs with what was read.</summary>
    /// <param name="running">What is in effect.</param>
    /// <param name="read">What was read; not refused.</param>
    /// <param name="isOutdated">Says of an instance whether it must be made anew although its options are the same.</param>
    public static ReloadPlan Between(RouterConfiguration running, RouterConfiguration read, Predicate<OutputInstance> isOutdated)
    {
        var router = InEffect(running.Router, read.Router);
        var plan = new ReloadPlan(read with { Router = router });
        plan.Settings.AddRange(OptionDifferences.Between(Schema, running.Router, router));
        plan.NeedsRestart.AddRange(OptionDifferences.Between(Schema, router, read.Router));
        var fields = AddedFields(running.Router).SequenceEqual(AddedFields(router)) ? [] : FieldKeys;
        foreach (var instance in read.Outputs)
        {
            plan.Add(instance, running.Outputs.FirstOrDefault(other => other.Name == instance.Name), fields, isOutdated);
        }

        plan.Removed.AddRange(running.Outputs.Select(static output => output.Name).Except(read.Outputs.Select(static output => output.Name)));
        return plan;
    }

    private void Add(OutputInstance instance, OutputInstance? before, string[] fields, Predicate<OutputInstance> isOutdated)
    {
        if (before is null)
        {
            Added.Add(instance.Name);
            return;
        }

        if (before.Registration != instance.Registration)
        {
            Changed.Add($"{instance.Name} (type)");
            return;
        }

        List<string> keys = [.. OptionDifferences.Between(OptionSchema.For(instance.Registration.OptionsType), before.Options, instance.Options)];
        if (instance.Registration.Group is { } group)
        {
            keys.AddRange(OptionDifferences.Between(OptionSchema.For(group.OptionsType), before.Group!, instance.Group!).Select(key => $"{group.Name}.{key}"));
        }

        if (instance.Registration.Descriptor.NamesAddedFields)
        {
            keys.AddRange(fields);
        }

        if (keys.Count > 0)
        {
            Changed.Add($"{instance.Name} ({string.Join(", ", keys)})");
        }
        else if (isOutdated(instance))
        {
            Changed.Add($"{instance.Name} (certificates)");
        }
        else
        {
            unchanged.Add(instance.Name);
        }
    }

    private static IEnumerable<string> AddedFields(RouterOptions options) => options.CustomFields.Keys.Union(options.TemplatedFields.Keys);

    // Everything that is not named here is bound at the start: ports, the log, bounds of requests, the rendering of strict mode.
    private static RouterOptions InEffect(RouterOptions running, RouterOptions read) => running with
    {
        BracketReplacer = read.BracketReplacer,
        Config = read.Config,
        CustomFields = read.CustomFields,
        CustomTags = read.CustomTags,
        Debug = read.Debug,
        Http = running.Http with { Burst = read.Http.Burst, Clients = read.Http.Clients, Protect = read.Http.Protect, Rate = read.Http.Rate },
        LogLevel = read.LogLevel,
        MutualTlsClient = read.MutualTlsClient,
        MutualTlsFilesPath = read.MutualTlsFilesPath,
        OutputFieldFormat = read.OutputFieldFormat,
        Prometheus = read.Prometheus,
        TemplatedFields = read.TemplatedFields,
        TlsClient = read.TlsClient,
    };
}
