using System.Text.RegularExpressions;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Puts variables of the environment in place of <c>${NAME}</c> in values, as Falco does; <c>$${NAME}</c> stays <c>${NAME}</c>.</summary>
internal static partial class VariableReferences
{
    /// <summary><paramref name="map"/> with all references resolved; a variable that is not set is named, and nothing stands in its place.</summary>
    public static ConfigMap Expand(ConfigMap map, EnvironmentVariables environment, ConfigFaults faults) =>
        (ConfigMap)ExpandNode(map, environment, faults);

    private static ConfigNode ExpandNode(ConfigNode node, EnvironmentVariables environment, ConfigFaults faults) => node switch
    {
        ConfigMap map => new ConfigMap(
            [.. map.Entries.Select(entry => new ConfigEntry(entry.Key, entry.KeySource, ExpandNode(entry.Value, environment, faults)))], map.Source),
        ConfigList list => new ConfigList([.. list.Items.Select(item => ExpandNode(item, environment, faults))], list.Source),
        ConfigScalar { IsNull: false } scalar when scalar.Text.Contains("${", StringComparison.Ordinal) =>
            new ConfigScalar(Reference().Replace(scalar.Text, match => Value(match, scalar, environment, faults)), scalar.Source),
        _ => node,
    };

    private static string Value(Match match, ConfigScalar scalar, EnvironmentVariables environment, ConfigFaults faults)
    {
        if (match.Value.StartsWith("$$", StringComparison.Ordinal))
        {
            return match.Value[1..];
        }

        var name = match.Groups["name"].Value;
        if (environment.Text(name) is { } value)
        {
            return value;
        }

        faults.Warning(scalar.Source, "", $"The variable {name} is not set; nothing stands in its place.");
        return "";
    }

    [GeneratedRegex(@"\$?\$\{(?<name>[^}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
