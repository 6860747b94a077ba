using System.Collections;

namespace Saker.Alerts;

/// <summary>
/// The output fields of an alert, sorted by name in the order of their UTF-8 bytes, each name once. Immutable.
/// </summary>
public sealed class AlertFields : IReadOnlyList<KeyValuePair<string, FieldValue>>, IEquatable<AlertFields>
{
    private readonly KeyValuePair<string, FieldValue>[] sorted;

    private AlertFields(KeyValuePair<string, FieldValue>[] sorted) => this.sorted = sorted;

    /// <summary>No fields.</summary>
    public static AlertFields Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => sorted.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, FieldValue> this[int index] => sorted[index];

    /// <summary>Makes fields of pairs in any order; of pairs with one name the last counts.</summary>
    public static AlertFields From(IEnumerable<KeyValuePair<string, FieldValue>> pairs)
    {
        var all = pairs.ToArray();
        return all.Length == 0 ? Empty : new(Sort(all));
    }

    /// <summary>These fields with others added; of two with one name the added counts.</summary>
    public AlertFields With(IEnumerable<KeyValuePair<string, FieldValue>> added) => From(sorted.Concat(added));

    /// <summary>The value of a field, or false when the alert does not have it.</summary>
    public bool TryGetValue(string name, out FieldValue value)
    {
        int low = 0, high = sorted.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Utf8Order.Compare(sorted[middle].Key, name);
            if (order == 0)
            {
                value = sorted[middle].Value;
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The text of a field that is text; null otherwise.</summary>
    public string? TextOf(string name) => TryGetValue(name, out var value) && value.Kind == FieldKind.Text ? value.Raw : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() => sorted.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AlertFields? other) => other is not null && sorted.AsSpan().SequenceEqual(other.sorted);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AlertFields);

    /// <inheritdoc/>
    public override int GetHashCode() => sorted.Length == 0 ? 0 : HashCode.Combine(sorted.Length, sorted[0].Key);

    private static KeyValuePair<string, FieldValue>[] Sort(KeyValuePair<string, FieldValue>[] pairs)
    {
        var strictlySorted = true;
        for (var i = 1; i < pairs.Length && strictlySorted; i++)
        {
            strictlySorted = Utf8Order.Compare(pairs[i - 1].Key, pairs[i].Key) < 0;
        }

        if (strictlySorted)
        {
            return pairs;
        }
        // A stable sort keeps pairs of one name in their order, so that the last of them can be taken.
        var ordered = pairs.OrderBy(static p => p.Key, Utf8Order.Instance).ToArray();
        var count = 0;
        for (var i = 0; i < ordered.Length; i++)
        {
            if (i + 1 < ordered.Length && ordered[i].Key == ordered[i + 1].Key)
            {
                continue;
            }

            ordered[count++] = ordered[i];
        }

        return ordered[..count];
    }
}
