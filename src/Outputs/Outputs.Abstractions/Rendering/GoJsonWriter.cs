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
        Text(name);
        output.Write(":"u8);
        needsComma = false;
    }

    /// <summary>Writes a text.</summary>
    public void Text(string text)
    {
        Separate();
        output.Write("\""u8);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var escape = Escape(rune.Value);
            if (escape is null)
            {
                output.Write(utf8[..rune.EncodeToUtf8(utf8)]);
            }
            else
            {
                output.Write(Encoding.ASCII.GetBytes(escape));
            }
        }

        output.Write("\""u8);
    }

    /// <summary>Writes a number, <c>true</c>, <c>false</c> or <c>null</c> as it stands.</summary>
    public void Literal(string json)
    {
        Separate();
        output.Write(Encoding.UTF8.GetBytes(json));
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

    private static string? Escape(int character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029 => $"\\u{character:x4}",
        _ => null,
    };

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
