using System.Text;
using Saker.Alerts;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.AlertConditions;

/// <summary>The <c>when</c> of an output: a condition in Falco's language over alerts.</summary>
public sealed class WhenCondition : IAlertCondition
{
    private readonly CompiledCondition condition;

    private WhenCondition(CompiledCondition condition) => this.condition = condition;

    /// <summary>The condition; null for an empty text, and for one that is no condition over alerts.</summary>
    /// <param name="text">The condition.</param>
    /// <param name="errors">Gets a sentence for every mistake.</param>
    public static WhenCondition? Compile(string text, ICollection<string> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var found = new List<ConditionError>();
        if (new ConditionCompiler(new AlertFieldCatalogue()).Compile(text, found) is { } condition)
        {
            return new WhenCondition(condition);
        }

        foreach (var error in found)
        {
            errors.Add(Sentence(error));
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Matches(Alert alert) => condition.Evaluate(new AlertContext(alert));

    private static string Sentence(ConditionError error) =>
        $"At column {error.Position.Column}: {error.Message}{(error.Suggestion is null ? "." : $"; did you mean '{error.Suggestion}'?")}";

    // One per evaluation: alerts of several threads meet one condition, and a context is not for several threads.
    private sealed class AlertContext(Alert alert) : EvaluationContext
    {
        public override Value Read(FieldReference field)
        {
            var reference = (AlertFieldReference)field;
            return reference.Part switch
            {
                AlertPart.Priority => Value.Int64(AlertFieldCatalogue.Rank(alert.Priority)),
                AlertPart.Rule => Text(alert.Rule),
                AlertPart.Source => Text(alert.Source),
                AlertPart.Hostname => Text(alert.Hostname),
                AlertPart.Tags => Tags(),
                AlertPart.Output => Text(alert.Output),
                AlertPart.Time => Text(alert.Time.ToString()),
                AlertPart.OutputField => OutputField(reference.Key),
                _ => throw new System.Diagnostics.UnreachableException($"The part {(int)reference.Part} is not known."),
            };
        }

        private static Value Text(string text) => text.Length == 0 ? Value.None : Value.Bytes(Encoding.UTF8.GetBytes(text));

        private Value OutputField(string key) =>
            alert.OutputFields.TryGetValue(key, out var value) && value.Kind != FieldKind.Null ? Value.Bytes(Encoding.UTF8.GetBytes(value.ToString())) : Value.None;

        private Value Tags()
        {
            // A member takes its bytes and a length before them.
            const int lengthBytes = 8;
            var buffer = new byte[alert.Tags.Sum(static tag => Encoding.UTF8.GetByteCount(tag) + lengthBytes)];
            var list = new ValueListWriter(buffer);
            foreach (var tag in alert.Tags)
            {
                list.Add(Encoding.UTF8.GetBytes(tag));
            }

            return Value.List(ValueKind.Bytes, list.Packed);
        }
    }
}
