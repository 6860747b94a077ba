using System.Text;
using Saker.Templates.Values;

namespace Saker.Templates.Formatting;

/// <summary>Writes one value for one verb, as Go's <c>fmt</c> does.</summary>
internal sealed class ValueWriter(ByteBuilder output, Budget budget)
{
    private static readonly Rune PlainVerb = new('v');

    // Inside of a complaint about a verb Go does not call String, so a named number shows its number.
    private bool complaining;

    public void WritePlain(TemplateValue value) => Write(value, PlainVerb, FormatFlags.None);

    public void Write(TemplateValue value, Rune verb, FormatFlags flags)
    {
        if (verb.Value == 'T')
        {
            flags.Pad(Encoding.UTF8.GetBytes(value.TypeName), output);
        }
        else if (value.IsNil && verb.Value != 'v')
        {
            output.Append($"%!{verb}(<nil>)");
        }
        else
        {
            WriteValue(value, verb, flags, nested: false);
        }
    }

    private void WriteValue(TemplateValue value, Rune verb, FormatFlags flags, bool nested)
    {
        budget.Step();
        var goSyntax = verb.Value == 'v' && flags.Sharp;
        switch (value)
        {
            case NilValue when nested && goSyntax:
                output.Append("interface {}(nil)"u8);
                break;
            case NilValue:
                flags.Pad("<nil>"u8, output);
                break;
            case StringValue text:
                Text(text.Utf8.Span, text, verb, flags);
                break;
            case TemplateObject thing when goSyntax:
                flags.Pad(Encoding.UTF8.GetBytes(thing.ToGoSyntax()), output);
                break;
            case TemplateObject thing:
                Text(Encoding.UTF8.GetBytes(thing.ToText()), thing, verb, flags);
                break;
            case IntegerValue { Type.ToText: { } toText } number when "vsxXq".Contains((char)verb.Value) && !goSyntax && !complaining:
                Text(Encoding.UTF8.GetBytes(toText(number.Value)), number, verb, flags);
                break;
            case IntegerValue number:
                Integer(number, verb, flags);
                break;
            case BooleanValue truth when verb.Value is 't' or 'v':
                flags.Pad(truth.Value ? "true"u8 : "false"u8, output);
                break;
            case FloatValue number when "eEfFgGv".Contains((char)verb.Value):
                Float(number.Value, verb, flags);
                break;
            case ComplexValue complex when "eEfFgGv".Contains((char)verb.Value):
                output.Append("("u8);
                Float(complex.Real, verb, flags);
                Float(complex.Imaginary, verb, flags with { Plus = true });
                output.Append("i)"u8);
                break;
            case BytesValue bytes when "sqxX".Contains((char)verb.Value):
                Text(bytes.Bytes.Span, bytes, verb, flags);
                break;
            case TemplateList list:
                List(list, verb, flags, goSyntax);
                break;
            case TemplateMap map:
                Map(map, verb, flags, goSyntax);
                break;
            default:
                Complain(value, verb);
                break;
        }
    }

    private void Text(ReadOnlySpan<byte> text, TemplateValue value, Rune verb, FormatFlags flags)
    {
        if (flags.Precision is { } precision && verb.Value is 'v' or 's' or 'q')
        {
            text = Utf8.Truncate(text, precision);
        }

        switch (verb.Value)
        {
            case 'v' when flags.Sharp && value is StringValue:
            case 'q':
                Quoted(text, verb.Value == 'q', flags);
                break;
            case 'v' or 's':
                flags.Pad(text, output);
                break;
            case 'x' or 'X':
                flags.Pad(Hexadecimal(text, verb.Value == 'X', flags), output);
                break;
            default:
                Complain(value, verb);
                break;
        }
    }

    private void Quoted(ReadOnlySpan<byte> text, bool mayBackquote, FormatFlags flags)
    {
        var quoted = new ByteBuilder(budget.OutputBytes);
        if (mayBackquote && flags.Sharp && Escapes.CanBackquote(text))
        {
            quoted.Append("`"u8);
            quoted.Append(text);
            quoted.Append("`"u8);
        }
        else
        {
            Escapes.Quote(text, flags.Plus, quoted);
        }

        flags.Pad(quoted.Written.Span, output);
    }

    private byte[] Hexadecimal(ReadOnlySpan<byte> text, bool upper, FormatFlags flags)
    {
        if (flags.Precision < text.Length)
        {
            text = text[..flags.Precision.Value];
        }

        budget.Work(text.Length * 5);
        var hex = upper ? Convert.ToHexString(text) : Convert.ToHexStringLower(text);
        var prefix = flags.Sharp && text.Length > 0 ? (upper ? "0X" : "0x") : "";
        if (flags.Space)
        {
            hex = string.Join(" " + prefix, hex.Chunk(2).Select(static pair => new string(pair)));
        }

        return Encoding.UTF8.GetBytes(prefix + hex);
    }

    private void Integer(IntegerValue number, Rune verb, FormatFlags flags)
    {
        var value = number.Value;
        switch (verb.Value)
        {
            case 'v' or 'd' or 'b' or 'o' or 'O' or 'x' or 'X':
                // %#v of a byte is hexadecimal in Go; of all others it is the plain number.
                var goByte = verb.Value == 'v' && flags.Sharp && number.Type == IntegerType.Byte;
                (verb.Value == 'v' ? flags with { Sharp = goByte } : flags).PadInteger(value, goByte ? 'x' : (char)verb.Value, output);
                break;
            case 'c':
                flags.Pad(Encoding.UTF8.GetBytes(Escapes.RuneOf(value).ToString()), output);
                break;
            case 'q':
                var quoted = new ByteBuilder(budget.OutputBytes);
                Escapes.QuoteCharacter(value, flags.Plus, quoted);
                flags.Pad(quoted.Written.Span, output);
                break;
            case 'U':
                var rune = flags.Sharp && value is >= 0 and <= 0x10FFFF && Escapes.IsPrintable(Escapes.RuneOf(value))
                    ? $" '{Escapes.RuneOf(value)}'" : "";
                var digits = value.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
                (flags with { Zero = false }).Pad(Encoding.UTF8.GetBytes($"U+{digits}{rune}"), output);
                break;
            default:
                Complain(number, verb);
                break;
        }
    }

    private void Float(double value, Rune verb, FormatFlags flags)
    {
        var letter = verb.Value == 'v' ? 'g' : (char)verb.Value;
        var precision = flags.Precision ?? (letter is 'g' or 'G' ? null : 6);
        var text = FloatFormat.Format(value, letter, precision);
        (double.IsFinite(value) ? flags : flags with { Zero = false }).PadNumber(text, output);
    }

    private void List(TemplateList list, Rune verb, FormatFlags flags, bool goSyntax)
    {
        budget.Enter();
        output.Append(goSyntax ? list.TypeName + "{" : "[");
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                output.Append(goSyntax ? ", " : " ");
            }

            WriteValue(list[i], verb, flags, nested: true);
        }

        output.Append(goSyntax ? "}" : "]");
        budget.Leave();
    }

    private void Map(TemplateMap map, Rune verb, FormatFlags flags, bool goSyntax)
    {
        budget.Enter();
        output.Append(goSyntax ? map.TypeName + "{" : "map[");
        var first = true;
        foreach (var key in map.SortedKeys())
        {
            if (!first)
            {
                output.Append(goSyntax ? ", " : " ");
            }

            first = false;
            WriteValue(TemplateValue.From(key), verb, flags, nested: true);
            output.Append(":"u8);
            WriteValue(map.Find(key) ?? TemplateValue.Null, verb, flags, nested: true);
        }

        output.Append(goSyntax ? "}" : "]");
        budget.Leave();
    }

    private void Complain(TemplateValue value, Rune verb)
    {
        output.Append($"%!{verb}({value.TypeName}=");
        var outer = complaining;
        complaining = true;
        WritePlain(value);
        complaining = outer;
        output.Append(")"u8);
    }
}
