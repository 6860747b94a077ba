using System.Buffers;
using System.Text;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Aws.Services;

/// <summary>The parameters of AWS's query protocol, written as Go's programs write a form: by name, blanks as plus signs.</summary>
internal sealed class AwsForm
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

    private readonly List<KeyValuePair<string, string>> parameters;

    public AwsForm(string action, string version) => parameters = [new("Action", action), new("Version", version)];

    public AwsForm Add(string name, string value)
    {
        parameters.Add(new(name, value));
        return this;
    }

    public OutgoingRequest ToRequest()
    {
        parameters.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        var body = new ArrayBufferWriter<byte>(parameters.Sum(static p => p.Key.Length + p.Value.Length * 3 / 2 + 2));
        foreach (var (name, value) in parameters)
        {
            if (body.WrittenCount > 0)
            {
                body.Write("&"u8);
            }

            Encoding.ASCII.GetBytes(name, body);
            body.Write("="u8);
            Write(body, value);
        }

        return new OutgoingRequest(body.WrittenMemory) { ContentType = "application/x-www-form-urlencoded" };
    }

    private static void Write(ArrayBufferWriter<byte> body, ReadOnlySpan<char> value)
    {
        while (value.Length > 0)
        {
            var plain = value.IndexOfAnyExcept(Plain);
            plain = plain < 0 ? value.Length : plain;
            Encoding.ASCII.GetBytes(value[..plain], body);
            value = value[plain..];
            if (value.Length > 0)
            {
                Rune.DecodeFromUtf16(value, out var rune, out var units);
                WriteEscaped(body, rune);
                value = value[units..];
            }
        }
    }

    private static void WriteEscaped(ArrayBufferWriter<byte> body, Rune rune)
    {
        if (rune.Value == ' ')
        {
            body.Write("+"u8);
            return;
        }

        var digits = "0123456789ABCDEF"u8;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var unit in utf8[..rune.EncodeToUtf8(utf8)])
        {
            body.Write([(byte)'%', digits[unit >> 4], digits[unit & 15]]);
        }
    }
}
