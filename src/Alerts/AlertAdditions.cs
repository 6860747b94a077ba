using System.Buffers;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>Fields, tags and a source that are put into the texts of alerts where they stand, without taking the alerts apart.</summary>
public sealed class AlertAdditions
{
    private const int UuidLength = 36;

    private readonly byte[] fields;
    private readonly byte[] tags;
    private readonly byte[] source;

    /// <summary>Additions of one configuration.</summary>
    /// <param name="fields">Output fields for every alert. Not for an alert that has one of them already.</param>
    /// <param name="tags">Tags for every alert.</param>
    /// <param name="source">The source of alerts that have none.</param>
    public AlertAdditions(IReadOnlyCollection<KeyValuePair<string, FieldValue>> fields, IReadOnlyCollection<string> tags, string source)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(tags);
        this.fields = Inner(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        });
        this.tags = Inner(writer =>
        {
            writer.WriteStartArray();
            foreach (var tag in tags)
            {
                writer.WriteStringValue(tag);
            }

            writer.WriteEndArray();
        });
        this.source = Inner(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("source"u8, source);
            writer.WriteEndObject();
        });
    }

    /// <summary>The text of an alert with the additions. Allocates only the result.</summary>
    /// <param name="text">A text that begins with the alert.</param>
    /// <param name="outline">What the scanner found in it.</param>
    /// <param name="uuid">An identity for an alert that has none; empty for one that keeps its own.</param>
    public byte[] AddTo(ReadOnlySpan<byte> text, in AlertOutline outline, Guid uuid)
    {
        var bound = outline.End + 1 - outline.Start + UuidLength + 16 + fields.Length + tags.Length + 16 + source.Length;
        var rented = ArrayPool<byte>.Shared.Rent(bound);
        var into = new Splice(text, outline.Start, rented);
        into.CopyTo(outline.Start + 1);
        if (uuid != Guid.Empty)
        {
            into.Add("\"uuid\":\""u8);
            into.Add(uuid);
            into.Add("\","u8);
        }

        if (outline.TagsEnd > 0 && outline.TagsEnd < outline.FieldsEnd)
        {
            AddMembers(ref into, outline.TagsEnd, outline.TagCount, tags);
            AddMembers(ref into, outline.FieldsEnd, outline.FieldCount, fields);
        }
        else
        {
            AddMembers(ref into, outline.FieldsEnd, outline.FieldCount, fields);
            AddMembers(ref into, outline.TagsEnd, outline.TagCount, tags);
        }

        into.CopyTo(outline.End);
        if (outline.TagsEnd == 0 && tags.Length > 0)
        {
            into.Add(",\"tags\":["u8);
            into.Add(tags);
            into.Add("]"u8);
        }

        if (outline.Known.Source.Length == 0)
        {
            into.Add(","u8);
            into.Add(source);
        }

        into.Add("}"u8);
        var result = rented.AsSpan(0, into.Length).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private static void AddMembers(ref Splice into, int end, int count, ReadOnlySpan<byte> members)
    {
        if (end == 0 || members.Length == 0)
        {
            return;
        }

        into.CopyTo(end);
        if (count > 0)
        {
            into.Add(","u8);
        }

        into.Add(members);
    }

    // What is between the brackets.
    private static byte[] Inner(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            write(writer);
        }

        return buffer.WrittenSpan[1..^1].ToArray();
    }

    private ref struct Splice(ReadOnlySpan<byte> text, int from, Span<byte> into)
    {
        private readonly ReadOnlySpan<byte> text = text;
        private readonly Span<byte> into = into;
        private int from = from;

        public int Length { get; private set; }

        // The text goes on up to here.
        public void CopyTo(int end)
        {
            Add(text[from..end]);
            from = end;
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(into[Length..]);
            Length += bytes.Length;
        }

        public void Add(Guid uuid)
        {
            uuid.TryFormat(into[Length..], out var written);
            Length += written;
        }
    }
}
