using System.Text;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Aws.Services;

/// <summary>The parameters of AWS's query protocol, written as Go's programs write a form: by name, blanks as plus signs.</summary>
internal sealed class AwsForm
{
    private readonly List<KeyValuePair<string, string>> parameters;

    public AwsForm(string action, string version) => parameters = [new("Action", action), new("Version", version)];

    public AwsForm Add(string name, string value)
    {
        parameters.Add(new(name, value));
        return this;
    }

    public OutgoingRequest ToRequest()
    {
        var body = new StringBuilder();
        foreach (var (name, value) in parameters.OrderBy(static p => p.Key, StringComparer.Ordinal))
        {
            body.Append(body.Length == 0 ? "" : "&").Append(name).Append('=');
            Append(body, value);
        }

        return new OutgoingRequest(Encoding.ASCII.GetBytes(body.ToString())) { ContentType = "application/x-www-form-urlencoded" };
    }

    private static void Append(StringBuilder body, string value)
    {
        const string Digits = "0123456789ABCDEF";
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '-' or '_' or '.' or '~'))
            {
                body.Append((char)rune.Value);
            }
            else if (rune.Value == ' ')
            {
                body.Append('+');
            }
            else
            {
                foreach (var unit in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    body.Append('%').Append(Digits[unit >> 4]).Append(Digits[unit & 15]);
                }
            }
        }
    }
}
