using System.Buffers;
using System.Globalization;
using System.Text;

namespace Saker.Outputs.Rendering;

/// <summary>
/// Writes JSON byte for byte as Go's <c>encoding/json</c> does: <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c>, U+2028 and U+2029 escaped, all
/// other characters as they are. For bodies whose receivers know Falcosidekick's. The caller keeps objects and lists balanced.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class GoJsonWriter(IBufferWriter<byte> output)
{
    // What Go escapes; the two behind the controls are U+2028 and U+2029.
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(static control => (char)control), '"', '\\', '<', '>', '&', '\u2028', '\u2029']);

    private const int MaxPart = 512; // characters
    private const int MaxEscapedBytes = 6; // of a character: \u2028

    private bool needsComma;

    /// <summary>Begins an object.</summary>
    public void BeginObject() => Begin("{"u8);

    /// <summary>Begins a list.</summary>
    public void BeginList() => Begin("["u8);

    /// <summary>Ends an object.</summary>
    public void EndObject() => End("}"u8);

    /// <summary>Ends a list.</summary>
    public void EndList() => End("]"u8);

    /// <summary>Writes the name of the value that follows.</summary>
    public void Name(string name)
    {
        Separate();
        WriteText(name, (byte)'"', (byte)':');
        needsComma = false;
    }

    /// <summary>Writes a text.</summary>
    public void Text(string text)
    {
        Separate();
        WriteText(text, (byte)'"');
    }

    /// <summary>Writes a number, <c>true</c>, <c>false</c> or <c>null</c> as it stands.</summary>
    public void Literal(string json)
    {
        Separate();
        Encoding.UTF8.GetBytes(json, output);
    }

    /// <summary>Writes a whole number.</summary>
    public void Number(long number) => Literal(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a whole value that is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Separate();
        output.Write(json);
    }

    /// <summary>Writes a member with a text unless the text is empty, as Go's <c>omitempty</c>.</summary>
    public void TextUnlessEmpty(string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        Name(name);
        Text(text);
    }

    /// <summary>Writes an object of texts, in the order in which they come.</summary>
    public void Texts(IEnumerable<KeyValuePair<string, string>> texts)
    {
        BeginObject();
        foreach (var (name, text) in texts)
        {
            Name(name);
            Text(text);
        }

        EndObject();
    }

    // A text that is not long is written into one span: asking the writer for room costs more than the text itself.
    private void WriteText(ReadOnlySpan<char> text, params ReadOnlySpan<byte> end)
    {
        var room = output.GetSpan(Math.Min(text.Length, MaxPart) * MaxEscapedBytes + 1 + end.Length);
        room[0] = (byte)'"';
        var written = 1;
        while (true)
        {
            var part = text.Length <= MaxPart ? text : text[..(char.IsHighSurrogate(text[MaxPart - 1]) ? MaxPart - 1 : MaxPart)];
            text = text[part.Length..];
            written += Encode(part, room[written..]);
            if (text.Length == 0)
            {
                break;
            }

            output.Advance(written);
            written = 0;
            room = output.GetSpan(Math.Min(text.Length, MaxPart) * MaxEscapedBytes + end.Length);
        }

        end.CopyTo(room[written..]);
        output.Advance(written + end.Length);
    }

    // Half a surrogate pair becomes U+FFFD, as in Go.
    private static int Encode(ReadOnlySpan<char> text, Span<byte> room)
    {
        var written = 0;
        while (text.IndexOfAny(Escaped) is var plain and >= 0)
        {
            written += Encoding.UTF8.GetBytes(text[..plain], room[written..]);
            written += Escape(text[plain], room[written..]);
            text = text[(plain + 1)..];
        }

        return written + Encoding.UTF8.GetBytes(text, room[written..]);
    }

    private static int Escape(char character, Span<byte> room)
    {
        room[0] = (byte)'\\';
        room[1] = character switch
        {
            '"' or '\\' => (byte)character,
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => (byte)'u',
        };
        if (room[1] != 'u')
        {
            return 2;
        }

        ((int)character).TryFormat(room[2..], out var digits, "x4", CultureInfo.InvariantCulture);
        return 2 + digits;
    }

    private void Begin(ReadOnlySpan<byte> bracket)
    {
        Separate();
        output.Write(bracket);
        needsComma = false;
    }

    private void End(ReadOnlySpan<byte> bracket)
    {
        output.Write(bracket);
        needsComma = true;
    }

    private void Separate()
    {
        if (needsComma)
        {
            output.Write(","u8);
        }

        needsComma = true;
    }
}
