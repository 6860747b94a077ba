using System.Globalization;
using System.Net;
using System.Text;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Fields;
using Saker.Settings;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>The values of fields that a recorded alert has, as conditions and outputs read them.</summary>
internal sealed class RecordedAlert : AlertContext
{
    private readonly Dictionary<int, KnownValue> values = [];

    /// <inheritdoc/>
    public override ulong Timestamp => values.Values.FirstOrDefault(static value => value.IsTime)?.Bits ?? 0;

    /// <summary>Whether the alert says what a field's value was, or that it had none.</summary>
    public bool Knows(FieldReference field) => values.ContainsKey(field.Slot);

    /// <inheritdoc/>
    public override Value Read(FieldReference field) =>
        values.TryGetValue(field.Slot, out var known) ? Value.FromParts(known.Kind, known.ElementKind, (long)known.Bits, known.Bytes) : Value.None;

    /// <inheritdoc/>
    public override Value ReadShown(FieldReference field) => Read(field);

    /// <summary>Takes the value of a field. Null when it could be read, else what is wrong with it.</summary>
    public string? Take(FieldReference field, ConfigNode node)
    {
        if (node is ConfigScalar { IsNull: true })
        {
            values[field.Slot] = KnownValue.None;
            return null;
        }

        var definition = field.Definition;
        if (definition.Kind == ValueKind.Network)
        {
            return "The value of a network does not stand in alerts, so that no condition on it can be decided.";
        }

        var texts = node switch
        {
            ConfigScalar scalar when definition.IsList => Members(scalar.Text),
            ConfigScalar scalar => [scalar.Text],
            ConfigList list when list.Items.All(static item => item is ConfigScalar) => [.. list.Items.Cast<ConfigScalar>().Select(static item => item.Text)],
            _ => null,
        };
        var members = texts?.Select(text => Parse(definition, text)).ToList();
        if (members is null || members.Contains(null))
        {
            return $"This is no value of {field.Text}, which is {(definition.IsList ? "a list of " : "")}{definition.TypeName}.";
        }

        values[field.Slot] = definition.IsList || node is ConfigList ? ListOf(definition.Kind, members!) : members[0]!;
        return null;
    }

    // As an alert shows a set: (a,b).
    private static string[] Members(string text) =>
        text.Length == 0 ? [] : (text is ['(', .. var inner, ')'] ? inner : text).Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static KnownValue? Parse(FieldDefinition definition, string text)
    {
        switch (definition.Kind)
        {
            case ValueKind.Bool:
                return bool.TryParse(text, out var truth) ? new(ValueKind.Bool, truth ? 1u : 0u) : null;
            case ValueKind.Int64:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new(ValueKind.Int64, (ulong)number) : null;
            case ValueKind.UInt64:
                return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unsigned)
                    ? new(ValueKind.UInt64, unsigned) { IsTime = definition.Name is "evt.time" or "evt.time.iso8601" or "evt.rawtime" } : null;
            case ValueKind.Float64:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? new(ValueKind.Float64, (ulong)BitConverter.DoubleToInt64Bits(real)) : null;
            case ValueKind.Address:
                return IPAddress.TryParse(text, out var address) ? new(ValueKind.Address, 0) { Bytes = address.GetAddressBytes() } : null;
            default:
                // evt.time is a number in JSON, and a text in conditions.
                return new(ValueKind.Bytes, definition.Name is "evt.time" or "evt.time.iso8601" && ulong.TryParse(text, out var time) ? time : 0)
                {
                    Bytes = Encoding.UTF8.GetBytes(text),
                    IsTime = definition.Name is "evt.time" or "evt.time.iso8601",
                };
        }
    }

    private static KnownValue ListOf(ValueKind kind, List<KnownValue> members)
    {
        var packed = new byte[members.Sum(static member => sizeof(int) + Math.Max(sizeof(long), member.Bytes.Length))];
        var writer = new ValueListWriter(packed);
        foreach (var member in members)
        {
            if (kind is ValueKind.Bytes or ValueKind.Address or ValueKind.None)
            {
                writer.Add(member.Bytes);
            }
            else
            {
                writer.Add((long)member.Bits);
            }
        }

        return new KnownValue(ValueKind.List, 0) { ElementKind = kind == ValueKind.None ? ValueKind.Bytes : kind, Bytes = writer.Packed.ToArray() };
    }

    /// <summary>A value.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Bits">A number or a truth.</param>
    private sealed record KnownValue(ValueKind Kind, ulong Bits)
    {
        public static KnownValue None { get; } = new(ValueKind.None, 0);

        public ValueKind ElementKind { get; init; }

        public byte[] Bytes { get; init; } = [];

        /// <summary>Whether it is the alert's time.</summary>
        public bool IsTime { get; init; }
    }
}
