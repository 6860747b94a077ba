using Saker.Alerts;
using Saker.Conditions.Fields;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.RuleTools.Scenes;
using Saker.Rules;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>Runs a case, and holds what came against what was expected.</summary>
/// <param name="prepared">The case.</param>
internal sealed class CaseRun(PreparedCase prepared) : IMatchObserver
{
    private const int MaxProblems = 20;

    private readonly List<(Rule Rule, long Count)> came = [];
    private readonly long[] fulfilled = new long[prepared.Case.Expected.Count];
    private readonly List<string> problems = [];
    private readonly HashSet<string> differing = new(StringComparer.Ordinal);
    private readonly FieldText text = new();

    /// <summary>Runs the case.</summary>
    /// <param name="file">Its file, for the result.</param>
    /// <param name="stop">Ends it early, with an exception.</param>
    public async Task<CaseResult> RunAsync(string file, CancellationToken stop)
    {
        string? refusal = null;
        try
        {
            switch (prepared.Case.Input)
            {
                case SceneInput written:
                    await prepared.Replay.RunAsync(state => new SceneSource(written.Scene, state), this, stop);
                    break;
                case CaptureInput capture:
                    await prepared.Replay.RunAsync(capture.File, this, stop);
                    break;
                default:
                    Ask(prepared.Alert!);
                    break;
            }
        }
        catch (Exception exception) when (exception is EventSourceException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            refusal = exception.Message;
        }

        foreach (var (index, expectation) in prepared.Case.Expected.Index())
        {
            Check(expectation, fulfilled[index]);
        }

        return new CaseResult(file, prepared.Case, came, problems, refusal);
    }

    /// <inheritdoc/>
    public void Matched(Rule rule, EventContext context, AlertLine alert)
    {
        if (prepared.Filter?.Evaluate(context) != false)
        {
            Count(rule, context, alert);
        }
    }

    private void Ask(RecordedAlert recorded)
    {
        using var formatter = new AlertFormatter(prepared.Replay.Options, prepared.Replay.Stream.Catalogue, "");
        foreach (var rule in prepared.Asked.Where(rule => rule.Condition.Evaluate(recorded)))
        {
            Count(rule, recorded, formatter.Format(rule, recorded));
        }
    }

    private void Count(Rule rule, AlertContext context, AlertLine alert)
    {
        var known = came.FindIndex(pair => ReferenceEquals(pair.Rule, rule));
        if (known < 0)
        {
            came.Add((rule, 1));
        }
        else
        {
            came[known] = (rule, came[known].Count + 1);
        }

        var isNamed = false;
        var isExpected = false;
        List<string> differences = [];
        foreach (var (index, expectation) in prepared.Case.Expected.Index().Where(pair => pair.Item.Rule == rule.Name))
        {
            isNamed = true;
            if (Difference(expectation, prepared.Fields[index], rule, context, alert) is { } difference)
            {
                differences.Add(difference);
                continue;
            }

            isExpected = true;
            fulfilled[index]++;
        }

        if (!isExpected && (isNamed || !prepared.Case.AllowOthers))
        {
            differing.Add(rule.Name);
            Tell(isNamed ? $"'{rule.Name}' came otherwise: {string.Join("; ", differences.Distinct())}." : $"'{rule.Name}' was not expected: {AlertText.MessageOf(alert)}");
        }
    }

    private string? Difference(Expectation expectation, IReadOnlyList<FieldReference> fields, Rule rule, AlertContext context, AlertLine alert)
    {
        if (expectation.Priority is { } priority && priority != rule.Priority)
        {
            return $"its priority is {rule.Priority.Word()}, not {priority.Word()}";
        }

        if (expectation.Output is { } output && AlertText.MessageOf(alert) is var message && !message.Contains(output, StringComparison.Ordinal))
        {
            return $"its message has no '{output}': {message}";
        }

        for (var i = 0; i < fields.Count; i++)
        {
            if (text.Of(fields[i], context) is var value && value != expectation.Fields[i].Value.Text)
            {
                return $"{fields[i].Text} is '{value}', not '{expectation.Fields[i].Value.Text}'";
            }
        }

        return null;
    }

    private void Check(Expectation expectation, long times)
    {
        if (times == 0 && differing.Contains(expectation.Rule))
        {
            return; // how its alerts differ has been told
        }

        if (expectation.Count is { } count && times != count)
        {
            Tell($"'{expectation.Rule}' was to come {Times(count)}, and came {Times(times)}.");
        }
        else if (expectation.Count is null && times == 0)
        {
            Tell($"'{expectation.Rule}' was expected, and did not come.");
        }
    }

    private void Tell(string problem)
    {
        if (problems.Count < MaxProblems && !problems.Contains(problem))
        {
            problems.Add(problem);
        }
    }

    private static string Times(long count) => count switch { 0 => "not at all", 1 => "once", _ => $"{count} times" };
}
