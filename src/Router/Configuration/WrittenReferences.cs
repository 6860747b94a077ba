using System.Text.RegularExpressions;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>
/// Names what other programs would put something in for: <c>${NAME}</c>, and <c>~</c> before a path. Falcosidekick takes both as written,
/// and so do we; but seldom is that what was meant. Shows nothing of the text around it.
/// </summary>
internal static partial class WrittenReferences
{
    /// <summary>Looks through every value of the file.</summary>
    public static void Report(ConfigMap root, ConfigFaults faults) => Report(root, "", faults);

    private static void Report(ConfigNode node, string path, ConfigFaults faults)
    {
        switch (node)
        {
            case ConfigMap map:
                foreach (var entry in map.Entries)
                {
                    Report(entry.Value, OptionsBinder.Join(path, entry.Key), faults);
                }

                break;
            case ConfigList list:
                foreach (var item in list.Items)
                {
                    Report(item, path, faults);
                }

                break;
            case ConfigScalar scalar when Reference().Match(scalar.Text) is { Success: true } reference:
                faults.Warning(scalar.Source, path, $"'{reference.Value}' is taken as written: a variable is put in where a value says ${{env:{reference.Groups["name"].Value}}}, and {EnvironmentVariables.NameOf(path)} sets this key as a whole.");
                break;
            case ConfigScalar scalar when scalar.Text == "~" || scalar.Text.StartsWith("~/", StringComparison.Ordinal):
                faults.Error(scalar.Source, path, "'~' stands for no folder here; write the path in full.");
                break;
        }
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]{0,63})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
