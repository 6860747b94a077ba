using Saker.Text;

namespace Saker.Outputs;

/// <summary>
/// Options that take one of a few words, of which Falcosidekick accepts any: checked when an instance is made, because only then
/// it is known whether its leniency is wanted.
/// </summary>
public static class OptionWords
{
    /// <exception cref="OutputConfigurationException">The value is none of the words, and compatibility is not strict.</exception>
    public static void Require(string key, string value, bool strict, params ReadOnlySpan<string> words)
    {
        if (strict || value.Length == 0 || words.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        throw new OutputConfigurationException(key, $"'{value}' is not one of {string.Join(", ", words)}{NearestWord.Hint(value, words.ToArray())}");
    }
}
