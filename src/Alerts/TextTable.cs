using System.Text;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>
/// Names of fields, rules and machines come back alert after alert; here each keeps one string. A table is bounded: a slot is simply taken over
/// by the next text that falls into it, so that no sender can fill memory.
/// </summary>
internal sealed class TextTable
{
    private const int Slots = 1024;
    private const int MaxLength = 128;

    private readonly Entry?[] table = new Entry?[Slots];

    /// <summary>Names of output fields, and of keys that are not known.</summary>
    public static TextTable FieldNames { get; } = new();

    /// <summary>Rules, sources, hostnames, tags, and values of the few fields that every alert is asked for.</summary>
    public static TextTable Values { get; } = new();

    /// <summary>The text of the string or property name under the cursor.</summary>
    public string Read(in Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped || text.Length > MaxLength)
        {
            return JsonText.Read(in reader);
        }

        var hash = new HashCode();
        hash.AddBytes(text);
        ref var slot = ref table[(uint)hash.ToHashCode() % Slots];
        var entry = Volatile.Read(ref slot);
        if (entry is null || !text.SequenceEqual(entry.Utf8))
        {
            entry = new(text.ToArray(), Encoding.UTF8.GetString(text));
            Volatile.Write(ref slot, entry);
        }

        return entry.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
