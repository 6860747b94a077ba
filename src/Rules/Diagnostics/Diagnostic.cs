using Saker.Conditions.Source;
using Saker.Rules.Yaml;

namespace Saker.Rules.Diagnostics;

/// <summary>A finding in a rule file.</summary>
public sealed record Diagnostic
{
    /// <summary>What was found.</summary>
    public required DiagnosticCode Code { get; init; }

    /// <summary>What exactly is wrong, without position.</summary>
    public required string Message { get; init; }

    /// <summary>The file.</summary>
    public required RuleFile File { get; init; }

    /// <summary>The offset of the first character that is wrong.</summary>
    public required int Start { get; init; }

    /// <summary>How many characters are wrong.</summary>
    public int Length { get; init; } = 1;

    /// <summary>The nearest valid name, if one is near.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The field that is deprecated, when that is what was found.</summary>
    public string? DeprecatedField { get; init; }

    /// <summary>The way from the file to the finding, in Falco's terms.</summary>
    public required IReadOnlyList<DiagnosticLocation> Locations { get; init; }

    /// <summary>The condition that Falco's excerpt shows; null when it shows the file.</summary>
    internal string? Condition { get; init; }

    /// <summary>How bad it is.</summary>
    public DiagnosticSeverity Severity => Code.Severity();

    /// <summary>The line, from 1.</summary>
    public int Line => File.Locate(Start).Line + 1;

    /// <summary>The column, from 1.</summary>
    public int Column => File.Locate(Start).Column + 1;

    /// <summary>The line of the file with carets under what is wrong.</summary>
    public string Snippet => CaretSnippet.Render(File.Content, Start, Length);

    /// <summary>File, line, column, message and the nearest name, on one line.</summary>
    public string Headline =>
        $"{File.Name}:{Line}:{Column}: {Message}{(Suggestion is null ? "" : $" (did you mean {Suggestion}?)")} [{Code.Name()}]";

    /// <summary>The headline and the snippet.</summary>
    public override string ToString() => $"{Headline}\n{Snippet}";
}
