using System.Text.RegularExpressions;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>
/// Names in SQL, quoted so that no name can be anything else. A plain name means what it means without quotes, where PostgreSQL
/// makes its letters small; any other is taken as it is written.
/// </summary>
internal static partial class SqlName
{
    /// <summary>A column.</summary>
    public static string Column(string name) => Quote(Plain().IsMatch(name) ? name.ToLowerInvariant() : name);

    /// <summary>A table, with its schema if the name has one; null when it is no such name.</summary>
    public static string? Table(string name)
    {
        if (name.Length == 0)
        {
            return null;
        }

        var parts = Part().Matches(name).Select(static match => match.Value).ToArray();
        if (parts.Length is < 1 or > 3 || string.Join('.', parts) != name)
        {
            return null;
        }

        return string.Join('.', parts.Select(static part => part[0] == '"' ? part : Column(part)));
    }

    private static string Quote(string name) => $"\"{name.Replace("\0", "\uFFFD", StringComparison.Ordinal).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_$]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("\"(?:[^\"]|\"\")+\"|[^.\"]+", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
