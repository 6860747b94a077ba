using System.Text.RegularExpressions;

namespace Saker.Settings;

/// <summary>The names that a user gives to sections, which become parts of variables, labels and log lines.</summary>
internal static partial class SectionNames
{
    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? Problem(string name) =>
        Name().IsMatch(name) ? null : "A name has 1 to 63 of the characters a-z, 0-9 and '-', and does not begin with '-'.";

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
