using System.Text.RegularExpressions;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Reads regular expressions in POSIX syntax as RE2 does (no <c>\d</c>, <c>\b</c>, <c>(?…)</c>) and gives the same language
/// to .NET's non-backtracking engine, whose time is linear in the value. Why not an engine of our own: docs/decisions/0031.
/// </summary>
internal static class PosixRegex
{
    /// <summary>The most that a single repetition may count to, as in RE2.</summary>
    public const int MaximumRepeat = 1000;

    private const int MaximumLength = 1000;

    /// <summary>Tells what is wrong with an expression; null when nothing is.</summary>
    public static void Check(string pattern, out string? error)
    {
        error = null;
        try
        {
            _ = Compile(pattern);
        }
        catch (FormatException exception)
        {
            error = exception.Message;
        }
    }

    /// <summary>Compiles an expression so that it matches whole values only.</summary>
    /// <exception cref="FormatException">The expression is wrong; the message says how.</exception>
    public static Regex Compile(string pattern)
    {
        if (pattern.Length > MaximumLength)
        {
            throw new FormatException($"invalid regex pattern: longer than {MaximumLength} characters");
        }

        const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant;
        var translated = new PosixTranslator(pattern).Translate();
        try
        {
            return new Regex($@"\A(?:{translated})\z", Options);
        }
        catch (NotSupportedException)
        {
            // The engine bounds its automata before it makes them.
            throw PosixTranslator.Fail("too large: " + pattern);
        }
    }
}
