using Saker.Outputs;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>
/// The options that the outputs of a group share: the keys that stand in the group's section beside its outputs. An instance below
/// <c>outputs</c> may have a section of the group's name of its own, which then takes the place of the shared one, whole.
/// </summary>
internal sealed class GroupOptions(OutputCatalogue catalogue, OptionsBinder binder, ValueReferences references, ConfigFaults faults)
{
    private readonly Dictionary<string, object> shared = new(StringComparer.Ordinal);

    /// <summary>The file.</summary>
    public ConfigMap Root { get; set; } = new([], ConfigSource.WholeFile(""));

    /// <summary>True for the section of a group whose keys are known here.</summary>
    public bool Contains(string section) => catalogue.Groups.Any(group => group.Name == section);

    /// <summary>The group's options for an output; null for an output without a group.</summary>
    /// <param name="registration">The output's type.</param>
    /// <param name="path">Where its keys stand.</param>
    /// <param name="section">Its section in the file, if it has one.</param>
    public object? Of(OutputRegistration registration, string path, ConfigMap? section)
    {
        if (registration.Group is not { } group)
        {
            return null;
        }

        var schema = OptionSchema.For(group.OptionsType);
        var own = OptionsBinder.Join(path, group.Name);
        var entry = path == registration.Descriptor.Type ? null : section?.Find(group.Name);
        if (entry is not null || VariableTable.Of(schema, own).Any(row => binder.IsSet(null, "", row.Path)))
        {
            return Bind(binder, schema, entry?.Value, own, []);
        }

        if (!shared.TryGetValue(group.Name, out var options))
        {
            shared.Add(group.Name, options = Bind(binder, schema, Root.Find(group.Name)?.Value, group.Name, SectionsBelow(group.Name)));
        }

        return options;
    }

    /// <summary>What stands in the file for a group of which no output is on is checked all the same; variables are not, for charts set those of every output.</summary>
    public void CheckUnused()
    {
        var lenient = new OptionsBinder(EnvironmentVariables.None, faults, mayBeIncomplete: true, references);
        foreach (var group in catalogue.Groups.Where(group => !shared.ContainsKey(group.Name)))
        {
            Bind(lenient, OptionSchema.For(group.OptionsType), Root.Find(group.Name)?.Value, group.Name, SectionsBelow(group.Name));
        }
    }

    private object Bind(OptionsBinder with, OptionSchema schema, ConfigNode? node, string path, IReadOnlyCollection<string> others)
    {
        if (node is not (null or ConfigMap) && !OptionsBinder.IsEmpty(node))
        {
            faults.Error(node.Source, path, "This is a section; put its keys below it, one a line.");
        }

        return with.Bind(schema, node as ConfigMap, path, node?.Source ?? Root.Source, others);
    }

    private string[] SectionsBelow(string group) =>
    [
        .. catalogue.All.Select(static output => output.Descriptor.Type).Concat(FalcosidekickOutputs.All.Select(static output => output.Type))
            .Where(type => type.StartsWith(group + ".", StringComparison.Ordinal)).Select(type => type[(group.Length + 1)..]).Distinct(),
    ];
}
