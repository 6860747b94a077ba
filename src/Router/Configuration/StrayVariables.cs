using Saker.Settings;
using Saker.Text;

namespace Saker.Router.Configuration;

/// <summary>Names variables that look like settings and are none, each once.</summary>
internal static class StrayVariables
{
    public static void Report(EnvironmentVariables environment, IEnumerable<string> sections, IReadOnlyList<OutputInstance> outputs, ConfigFaults faults)
    {
        var prefixes = sections.Select(EnvironmentVariables.NameOf).ToHashSet(StringComparer.Ordinal);
        var links = new List<string>();
        foreach (var name in environment.Unused.Order(StringComparer.Ordinal))
        {
            var source = ConfigSource.InVariable(name);
            if (prefixes.Contains(name))
            {
                faults.Warning(source, "", "This variable has the name of a section and sets nothing; it is left alone.");
            }
            else if (!prefixes.Contains(name.Split('_')[0]))
            {
                continue;
            }
            else if (ServiceLinks.IsLink(name, environment.Text(name) ?? ""))
            {
                links.Add(name);
            }
            else if (outputs.FirstOrDefault(output => name.StartsWith($"{EnvironmentVariables.NameOf(output.Path)}_", StringComparison.Ordinal)) is { } output)
            {
                var known = VariableTable.Of(OptionSchema.For(output.Registration.OptionsType), output.Path).Select(static row => row.Variable);
                faults.Warning(source, "", $"The output '{output.Name}' has no such key{NearestWord.Hint(name, known)}");
            }
            else if (name.StartsWith("OUTPUTS_", StringComparison.Ordinal))
            {
                faults.Warning(source, "", "No output below 'outputs' in the file has such a name; variables only set keys of outputs that the file names.");
            }
        }

        if (links.Count > 0)
        {
            faults.Notice(ConfigSource.InVariable(links[0]), "", $"Service links of Kubernetes are left alone: {string.Join(", ", links)}.");
        }
    }
}
