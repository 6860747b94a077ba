using System.Text.RegularExpressions;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>Pages point to what a clone has; decisions and changes have their form.</summary>
public sealed partial class DocumentTests
{
    /// <summary>What a build or a run makes, and nobody commits.</summary>
    private static readonly string[] Made = ["artifacts", "data"];

    /// <summary>Where Falco's own files may be named: the page that says how to have them, and that they are optional.</summary>
    private static readonly string[] OutsideAllowed = ["docs/developing.md"];

    private static readonly string[] DecisionParts = ["Question", "What was tried", "Decision"];

    public static TheoryData<string> Pages => [.. ProjectFiles.All.Where(static file => file.EndsWith(".md", StringComparison.Ordinal))];

    public static TheoryData<string> Decisions =>
        [.. ProjectFiles.All.Where(static file => file.StartsWith("docs/decisions/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_of_a_page_leads_somewhere(string page)
    {
        var text = WithoutCode(Read(page));
        var dead = Link().Matches(text).Select(static link => link.Groups["target"].Value)
            .Where(static target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(target => !Leads(page, target));
        Assert.Empty(dead);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_in_a_page_exists(string page)
    {
        var missing = Quoted().Matches(Read(page)).Select(static quoted => quoted.Groups["text"].Value)
            .Where(static path => !Exists(path));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_path_in_a_comment_exists()
    {
        var missing = ProjectFiles.Text.Where(static file => file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(static file => Marked().Matches(Read(file)).Select(mark => (File: file, Path: mark.Groups["text"].Value)))
            .Where(static found => !Exists(found.Path))
            .Select(static found => $"{found.File}: {found.Path}");
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_page_that_is_named_in_a_file_exists()
    {
        var names = ProjectFiles.All.Select(static file => Path.GetFileName(file)).ToHashSet();
        var missing = ProjectFiles.Text
            .SelectMany(static file => PageName().Matches(Read(file)).Select(name => (File: file, Page: name.Value)))
            .Where(static found => !Passing().IsMatch(found.Page))
            .Where(found => !IsThere(found.File, found.Page, names))
            .Select(static found => $"{found.File}: {found.Page}");
        Assert.Empty(missing);
    }

    [Fact]
    public void Only_the_page_that_explains_it_names_the_folder_outside()
    {
        var outside = ProjectFiles.All.Where(static file => file.EndsWith(".md", StringComparison.Ordinal))
            .Where(static page => !OutsideAllowed.Contains(page) && Read(page).Contains("../shared", StringComparison.Ordinal));
        Assert.Empty(outside);
    }

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_has_its_question_what_was_tried_the_decision_and_the_date(string page)
    {
        var text = Read(page);
        var number = Path.GetFileName(page)[..4];
        Assert.Matches($"^# {number}:? [^\n]+\n\n", text);
        // A paragraph that begins with the word, or, on a long page, a heading.
        var places = DecisionParts.Select(part => Regex.Match(text, $@"^(\*\*{part}\.\*\*|## {part}$)", RegexOptions.Multiline)).ToList();
        Assert.All(places, static place => Assert.True(place.Success, $"One of the parts {string.Join(", ", DecisionParts)} is missing."));
        Assert.Equal(places.Select(static place => place.Index).Order(), places.Select(static place => place.Index));
        Assert.Matches(@"\n\n20\d\d-[01]\d-[0-3]\d\n$", text);
    }

    [Fact]
    public async Task Changes_have_the_form_that_the_changelog_is_made_from()
    {
        await using var check = ProcessRunner.Start("python3", [At("eng/changelog.py"), "--check"]);
        Assert.True(await check.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, string.Join('\n', check.Lines));
    }

    /// <summary>A name alone may be anywhere; a path starts at the root or, in a page and in what writes pages, where the page is.</summary>
    private static bool IsThere(string file, string page, HashSet<string> names) => page.Contains('/', StringComparison.Ordinal) && !page.StartsWith("../", StringComparison.Ordinal)
        ? File.Exists(At(page)) || File.Exists(Path.Combine(Path.GetDirectoryName(At(file))!, page))
        : names.Contains(Path.GetFileName(page));

    private static bool Leads(string page, string target)
    {
        var (file, anchor) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, "");
        var path = file.Length == 0 ? At(page) : Path.Combine(Path.GetDirectoryName(At(page))!, file);
        return (File.Exists(path) || Directory.Exists(path))
            && (anchor.Length == 0 || Heading().Matches(File.ReadAllText(path)).Any(heading => Anchor(heading.Groups["text"].Value) == anchor));
    }

    // As GitHub makes it: lower case, hyphens for blanks, nothing else but letters, digits and underscores.
    private static string Anchor(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(static c => c == ' ' ? '-' : c));

    private static bool Exists(string quoted)
    {
        var path = quoted.Split(' ')[0].TrimEnd('/', '.', ',').Replace("./", "", StringComparison.Ordinal);
        if (path.Contains('…', StringComparison.Ordinal) || path.Contains('<', StringComparison.Ordinal) || Placeholder().IsMatch(path))
        {
            return true; // stands for many
        }

        var top = path.Split('/')[0];
        if (!ProjectFiles.Top.Contains(top) || Made.Contains(top))
        {
            return true; // no path of the project
        }

        path = LineNumber().Replace(path, "");
        return path.Contains('*', StringComparison.Ordinal)
            ? ProjectFiles.All.Any(file => Regex.IsMatch(file, $"^{Regex.Escape(path).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}"))
            : Directory.Exists(At(path)) || ProjectFiles.All.Any(file => file == path || file.StartsWith(path + ".", StringComparison.Ordinal));
    }

    private static string WithoutCode(string text) => Code().Replace(text, "");

    private static string Read(string file) => File.ReadAllText(At(file));

    private static string At(string file) => Path.Combine(SharedData.ProjectRoot, file);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("(?<!`)`(?<text>(\\./)?\\.?[A-Za-z][A-Za-z0-9_.*<>…-]*/[^`\n]*|(\\./)?[A-Za-z]+\\.sh[^`\n]*)`(?!`)")]
    private static partial Regex Quoted();

    [GeneratedRegex("<c>(?<text>[a-z][A-Za-z0-9_.*-]*/[^<\n]*)</c>")]
    private static partial Regex Marked();

    [GeneratedRegex(@"(?<![\w/.<-])[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b")]
    private static partial Regex PageName();

    // Those of changes/ go at the next release, and words in capitals stand for names.
    [GeneratedRegex(@"(^|/)(\d+-[a-z0-9-]+\.(fix|feature|change|security)|(ISSUE|NNNN)-.*)\.md$")]
    private static partial Regex Passing();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // NAME, FILE.YAML: words in capitals stand for what a reader puts there.
    [GeneratedRegex(@"(^|[/.])[A-Z][A-Z_]+($|[/.A-Z])")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@":\d+$")]
    private static partial Regex LineNumber();
}
