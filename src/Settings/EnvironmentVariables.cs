using System.Collections;

namespace Saker.Settings;

/// <summary>
/// The environment, looked up by exact names only; remembers which ones were asked for, so that the rest can be named.
/// A variable that is set to nothing counts as not set, as in Falcosidekick.
/// </summary>
internal sealed class EnvironmentVariables(IReadOnlyDictionary<string, string> values)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public static EnvironmentVariables None { get; } = new(new Dictionary<string, string>());

    public static EnvironmentVariables OfProcess()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            values[(string)entry.Key] = (string)entry.Value!;
        }

        return new EnvironmentVariables(values);
    }

    /// <summary>Names that hold something and that no option asked for.</summary>
    public IEnumerable<string> Unused => values.Where(pair => pair.Value.Length > 0 && !known.Contains(pair.Key)).Select(pair => pair.Key);

    /// <summary>The variable's value as a configuration value; null when it is not set, empty, or a service link of Kubernetes.</summary>
    public ConfigScalar? Find(string name)
    {
        if (!values.TryGetValue(name, out var text) || text.Length == 0 || ServiceLinks.IsLink(name, text))
        {
            return null;
        }

        known.Add(name);
        return new ConfigScalar(text, ConfigSource.InVariable(name));
    }

    /// <summary>The raw text of a variable that a value refers to (<c>customfields: env:%NAME</c>).</summary>
    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <summary>The variable that sets a key: <c>a.b-c</c> is <c>A_B_C</c>.</summary>
    public static string NameOf(string path) => path.ToUpperInvariant().Replace('.', '_').Replace('-', '_');
}
