using Saker.Conditions.Parsing;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;

namespace Saker.Rules.Composition;

/// <summary>Makes findings of the mistakes in conditions.</summary>
internal static class ConditionDiagnostics
{
    /// <summary>A finding for a mistake in a condition.</summary>
    /// <param name="code">What kind of finding.</param>
    /// <param name="error">The mistake.</param>
    /// <param name="text">The text that was parsed: says where in the files the mistake stands.</param>
    /// <param name="shown">The condition before lists were substituted: Falco's excerpt shows it.</param>
    /// <param name="context">The condition, or already the place in it.</param>
    public static Diagnostic Make(DiagnosticCode code, ConditionError error, MappedText text, MappedText shown, ItemContext context)
    {
        if (context.Location.ItemType != "condition expression")
        {
            context = Enter(context, shown.Text, error.Range.Source.Text, error.CheckStart);
        }

        var (file, start) = text.Locate(error.Range.Start);
        var (endFile, end) = text.Locate(Math.Max(error.Range.Start, error.Range.End - 1));
        return new Diagnostic
        {
            Code = code,
            Message = error.Message,
            Suggestion = error.Suggestion,
            File = file,
            Start = start,
            Length = file == endFile ? Math.Max(1, end + 1 - start) : 1,
            Locations = context.Path,
            Condition = shown.Text,
        };
    }

    // Falco adds the place in the condition (line and column from 1) to the place of the condition in the file (from 0).
    private static ItemContext Enter(ItemContext context, string shown, string parsed, int offset)
    {
        var before = parsed.AsSpan(0, Math.Min(offset, parsed.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        var at = context.Location;
        return context.InCondition(shown, at.Line + line, at.Column + column, at.Offset + offset);
    }
}
