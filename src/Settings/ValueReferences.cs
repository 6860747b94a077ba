using System.Text.RegularExpressions;

namespace Saker.Settings;

/// <summary>
/// Puts in what a value refers to: <c>${env:NAME}</c> a variable, <c>${file:PATH}</c> the content of a file. What was put in is not looked
/// through again. <c>$${env:NAME}</c> is the text itself.
/// </summary>
/// <param name="environment">The variables, and the files.</param>
internal sealed partial class ValueReferences(EnvironmentVariables environment)
{
    private readonly HashSet<string> contents = new(StringComparer.Ordinal);

    /// <summary>What was put in from files, so that it can be masked where a text is shown.</summary>
    public IReadOnlyCollection<string> FileContents => contents;

    /// <summary>True when the text refers to something.</summary>
    public static bool Has(string text) => text.Contains("${", StringComparison.Ordinal) && Reference().IsMatch(text);

    /// <summary>The text with everything put in; null with a sentence when something is not there.</summary>
    public string? Resolve(string text, out string problem)
    {
        problem = "";
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var fault = "";
        var result = Reference().Replace(text, match =>
        {
            if (match.Value.StartsWith("$$", StringComparison.Ordinal))
            {
                return match.Value[1..];
            }

            var value = match.Groups["kind"].Value == "env" ? Variable(match.Groups["name"].Value, ref fault) : File(match.Groups["name"].Value, ref fault);
            return value ?? "";
        });
        problem = fault;
        return fault.Length == 0 ? result : null;
    }

    private string? Variable(string name, ref string fault)
    {
        var value = environment.Text(name);
        if (value is null)
        {
            fault = $"refers to the variable {name}, which is not set.";
        }

        return value;
    }

    private string? File(string path, ref string fault)
    {
        var value = environment.Files.Read(path, out var problem);
        if (value is null)
        {
            fault = $"refers to the file '{path}', which cannot be read: {problem}";
        }
        else if (value.Length > 0)
        {
            contents.Add(value);
        }

        return value;
    }

    [GeneratedRegex(@"\$?\$\{(?<kind>env|file):(?<name>[^{}\r\n]{1,4096})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
