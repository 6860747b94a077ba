using System.Buffers;

namespace Saker.Settings;

/// <summary>
/// What a configured text may hold that becomes part of a request's head. A line break in it would end the head early, or add lines
/// that nobody meant (RFC 9110, 5.5 and 5.6.2; RFC 9112, 2.2).
/// </summary>
internal static class RequestHead
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The connection and the length of the body are the client's to say; another value makes a request that the destination cannot read.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Without the blanks and line breaks around it, which are no part of a value.</summary>
    public static string Trim(string text) => text.Trim(' ', '\t', '\r', '\n');

    /// <summary>What is wrong with a value that was trimmed, to be put after it; null when nothing is. Shows nothing of it.</summary>
    public static string? ValueProblem(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] != '\t')
            {
                return $"has {Describe(text[i])} at character {i + 1}, which the head of a request cannot hold; write the value on one line, without it.";
            }
        }

        return null;
    }

    /// <summary>What is wrong with the name of a header, in a sentence; null when nothing is. Shows no name that is none: it may be a misplaced secret.</summary>
    public static string? NameProblem(string name)
    {
        if (name.Length == 0)
        {
            return "A header needs a name; letters, digits and hyphens make one.";
        }

        if (name.AsSpan().IndexOfAnyExcept(TokenCharacters) is var wrong and not -1)
        {
            return $"This is no name of a header, for its character {wrong + 1} is {Describe(name[wrong])}; letters, digits and hyphens make one.";
        }

        return Reserved.Contains(name) ? $"The header '{name}' is set by the router itself, for each request; take it out." : null;
    }

    private static string Describe(char character) =>
        character is '\r' or '\n' ? "a line break"
        : character == ' ' ? "a blank"
        : char.IsControl(character) ? $"the control character U+{(int)character:X4}"
        : $"'{character}'";
}
