using System.Globalization;
using System.Net;
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
        private const NumberStyles Whole = NumberStyles.AllowLeadingSign;

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
                AlertPart.OutputField => OutputField(reference),
                _ => throw new System.Diagnostics.UnreachableException($"The part {(int)reference.Part} is not known."),
            };
        }

        private static Value Text(string text) => text.Length == 0 ? Value.None : Value.Bytes(Encoding.UTF8.GetBytes(text));

        private Value OutputField(AlertFieldReference reference)
        {
            if (!alert.OutputFields.TryGetValue(reference.Key, out var value) || value.Kind == FieldKind.Null)
            {
                return Value.None;
            }

            // A text in a field that is a number in Falco is read as one: other senders write their numbers in quotes.
            var text = value.ToString();
            return reference.Definition.Kind switch
            {
                ValueKind.Bytes => Value.Bytes(Encoding.UTF8.GetBytes(text)),
                ValueKind.Bool => text is "true" or "false" ? Value.Bool(text == "true") : Value.None,
                ValueKind.Int64 => long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var signed) ? Value.Int64(signed) : Value.None,
                ValueKind.UInt64 => UnsignedNumber(text),
                ValueKind.Float64 => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Value.Float64(number) : Value.None,
                ValueKind.Address => IPAddress.TryParse(text, out var address) ? Value.Address(address.GetAddressBytes()) : Value.None,
                ValueKind.Network => IPAddress.TryParse(text, out var end) && end.GetAddressBytes() is var bytes ? Value.Network(bytes, bytes.Length * 8) : Value.None,
                _ => value.Kind == FieldKind.Number && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var told)
                    ? Value.Float64(told, Encoding.UTF8.GetBytes(text))
                    : Value.Bytes(Encoding.UTF8.GetBytes(text)),
            };
        }

        // -1 stands for the largest value, as where Falco prints it.
        private static Value UnsignedNumber(string text) =>
            ulong.TryParse(text, Whole, CultureInfo.InvariantCulture, out var unsigned) ? Value.UInt64(unsigned)
            : long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var signed) ? Value.UInt64((ulong)signed)
            : Value.None;

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
