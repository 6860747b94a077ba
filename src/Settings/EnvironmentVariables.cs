using System.Collections;

namespace Saker.Settings;

/// <summary>
/// The environment, looked up by exact names only; remembers which ones were asked for, so that the rest can be named.
/// A variable that is set to nothing counts as not set, as in Falcosidekick. Where <c>NAME</c> would hold a value, <c>NAME_FILE</c> may name
/// the file that holds it.
/// </summary>
internal sealed class EnvironmentVariables(IReadOnlyDictionary<string, string> values)
{
    private const string FileSuffix = "_FILE";

    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> problems = new(StringComparer.Ordinal);

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

    /// <summary>The files that values come from.</summary>
    public ValueFiles Files { get; } = new();

    /// <summary>Variables that name a file and set nothing, each with a sentence.</summary>
    public IReadOnlyDictionary<string, string> Problems => problems;

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

    /// <summary>The value from <c>NAME</c>, or from the file that <c>NAME_FILE</c> names.</summary>
    public ConfigScalar? FindOrFile(string name)
    {
        var value = Find(name);
        var named = name + FileSuffix;
        if (Find(named) is not { Text: var path })
        {
            return value;
        }

        if (value is not null)
        {
            problems[named] = $"{name} is set as well; keep one of the two.";
            return value;
        }

        if (Files.Read(path, out var problem) is { } content)
        {
            return new ConfigScalar(content, ConfigSource.InVariable(named)) { IsContent = true };
        }

        problems[named] = $"The file '{path}' cannot be read: {problem}";
        return null;
    }

    /// <summary>The raw text of a variable that a value refers to (<c>customfields: env:%NAME</c>).</summary>
    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <summary>The variable that sets a key: <c>a.b-c</c> is <c>A_B_C</c>.</summary>
    public static string NameOf(string path) => path.ToUpperInvariant().Replace('.', '_').Replace('-', '_');
}
