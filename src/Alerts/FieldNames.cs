using System.Text;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>
/// Field names come back alert after alert; here each keeps one string. The table is bounded: a slot is simply taken over
/// by the next name that falls into it, so that no sender can fill memory with names.
/// </summary>
internal static class FieldNames
{
    private const int Slots = 1024;
    private const int MaxLength = 64;
    private static readonly Entry?[] Table = new Entry?[Slots];

    /// <summary>The property name under the cursor.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        if (reader.ValueIsEscaped || name.Length > MaxLength)
        {
            return JsonText.Read(ref reader);
        }

        var hash = new HashCode();
        hash.AddBytes(name);
        ref var slot = ref Table[(uint)hash.ToHashCode() % Slots];
        var entry = Volatile.Read(ref slot);
        if (entry is null || !name.SequenceEqual(entry.Utf8))
        {
            entry = new(name.ToArray(), Encoding.UTF8.GetString(name));
            Volatile.Write(ref slot, entry);
        }

        return entry.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
