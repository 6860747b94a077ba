using System.Runtime.InteropServices;
using System.Text;
using Saker.Conditions.Runtime;

namespace Saker.Conditions.Tests;

/// <summary>Glob patterns, as the C library matches them (Falco calls its <c>fnmatch</c> without flags).</summary>
public sealed partial class GlobPatterns
{
    private const int IgnoreCase = 1 << 4;

    [Fact]
    public void Short_patterns_match_what_they_match_in_the_C_library() => Agree(
        Words("aB*?[]!^-\\", 4),
        ["", "a", "b", "A", "B", "-", "]", "[", "!", "^", "\\", "*", "ab", "aB", "aa", "a/b", "[a", "[a]", "a\\", "\\a", "aab", "aBaB", "ab]"]);

    [Fact]
    public void Sets_match_what_they_match_in_the_C_library() => Agree(
        Words("acM-!]^\\", 5).Select(static set => $"x[{set}]y").Concat(Words("aM-\\", 4).Select(static set => $"x[{set}z]y")),
        [.. "abcmzBMZ-!]^\\[".Select(static c => $"x{c}y"), "xy", "x]y]y", "xaa]y", "x-]y", "x[a]y"]);

    [Theory]
    [InlineData("a*b*c", "a1b2b3c", true)]
    [InlineData("a*b*c", "a1b2b3cd", false)]
    [InlineData("*.so.*", "/usr/lib/libc.so.6", true)]
    [InlineData("/*/b", "/a/c/b", true)]
    [InlineData("**a**", "bab", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("*aab*", "aaaaab", true)]
    [InlineData("???", "ab", false)]
    [InlineData("???", "abc", true)]
    [InlineData("h?", "hä", false)]
    [InlineData("h??", "hä", true)]
    public void A_star_takes_any_bytes_and_a_question_mark_takes_one(string pattern, string value, bool matches)
    {
        Assert.Equal(matches, GlobPattern.IsMatch(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(value), ignoreCase: false));
        Assert.Equal(matches, GlobPattern.IsMatch(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(value), ignoreCase: true));
    }

    [Theory]
    [InlineData("/etc/passwd", false)]
    [InlineData("", false)]
    [InlineData("]", false)]
    [InlineData("*", true)]
    [InlineData("/etc/*", true)]
    [InlineData("a?", true)]
    [InlineData("[", true)]
    public void Wildcards_are_the_star_the_question_mark_and_the_opening_bracket(string pattern, bool wild) =>
        Assert.Equal(wild, GlobPattern.HasWildcards(Encoding.UTF8.GetBytes(pattern)));

    private static void Agree(IEnumerable<string> patterns, string[] values)
    {
        // Falco keeps the C locale, whatever this machine has.
        var before = UseLocale(NewLocale(0x1FBF, "C", 0));
        var encoded = values.Select(static value => (value, Encoding.ASCII.GetBytes(value), Encoding.ASCII.GetBytes(value + '\0'))).ToArray();
        var wrong = new List<string>();
        foreach (var pattern in patterns)
        {
            var ours = Encoding.ASCII.GetBytes(pattern);
            var theirs = Encoding.ASCII.GetBytes(pattern + '\0');
            foreach (var (value, bytes, terminated) in encoded)
            {
                if (GlobPattern.IsMatch(ours, bytes, ignoreCase: false) != (Match(theirs, terminated, 0) == 0))
                {
                    wrong.Add($"{pattern} and {value}");
                }

                if (GlobPattern.IsMatch(ours, bytes, ignoreCase: true) != (Match(theirs, terminated, IgnoreCase) == 0))
                {
                    wrong.Add($"{pattern} and {value} without case");
                }
            }
        }

        UseLocale(before);
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ: {string.Join("; ", wrong.Take(40))}");
    }

    private static IEnumerable<string> Words(string alphabet, int length) =>
        length == 0 ? [""] : Words(alphabet, length - 1).SelectMany(word => alphabet.Select(c => word + c)).Concat(Words(alphabet, length - 1)).Distinct();

    [LibraryImport("libc", EntryPoint = "fnmatch")]
    private static partial int Match(byte[] pattern, byte[] value, int flags);

    [LibraryImport("libc", EntryPoint = "newlocale", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint NewLocale(int categories, string name, nint origin);

    [LibraryImport("libc", EntryPoint = "uselocale")]
    private static partial nint UseLocale(nint locale);
}
