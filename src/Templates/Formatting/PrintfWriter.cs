using System.Text;
using Saker.Templates.Values;

namespace Saker.Templates.Formatting;

/// <summary>Reads a format of Go's <c>Printf</c> and writes it with its arguments. What does not fit is shown in place, never a failure.</summary>
internal sealed class PrintfWriter(ReadOnlyMemory<byte> format, ReadOnlyMemory<TemplateValue> arguments, ByteBuilder output, Budget budget)
{
    public const int MaxWidth = 1_000_000;

    private readonly ValueWriter values = new(output, budget);
    private int position;
    private int argument;
    private bool reordered;
    private bool goodIndex;

    private ReadOnlySpan<byte> Rest => format.Span[position..];

    public void Write()
    {
        while (true)
        {
            var text = Rest.IndexOf((byte)'%') is var next && next < 0 ? Rest : Rest[..next];
            output.Append(text);
            position += text.Length + 1;
            if (position > format.Length)
            {
                break;
            }

            budget.Step();
            Verb();
        }

        if (!reordered && argument < arguments.Length)
        {
            Extra();
        }
    }

    private void Verb()
    {
        var flags = Flags();
        goodIndex = true;
        var indexed = Index();
        if (TryTake('*'))
        {
            flags.Width = Star("%!(BADWIDTH)");
            if (flags.Width < 0)
            {
                (flags.Width, flags.Minus) = (-flags.Width, true);
            }

            indexed = false;
        }
        else
        {
            flags.Width = Digits();
            if (indexed && flags.Width is not null)
            {
                goodIndex = false;
            }
        }

        if (TryTake('.'))
        {
            if (indexed)
            {
                goodIndex = false;
            }

            indexed = Index();
            if (TryTake('*'))
            {
                flags.Precision = Star("%!(BADPREC)") is { } precision and >= 0 ? precision : null;
                indexed = false;
            }
            else
            {
                flags.Precision = Digits() ?? 0;
            }
        }

        if (!indexed)
        {
            Index();
        }

        if (Rest.IsEmpty)
        {
            output.Append("%!(NOVERB)"u8);
            return;
        }

        position += Utf8.Next(Rest, out var verb);
        if (verb.Value == '%')
        {
            output.Append("%"u8);
        }
        else if (!goodIndex)
        {
            output.Append($"%!{verb}(BADINDEX)");
        }
        else if (argument >= arguments.Length)
        {
            output.Append($"%!{verb}(MISSING)");
        }
        else
        {
            values.Write(arguments.Span[argument++], verb, flags);
        }
    }

    private FormatFlags Flags()
    {
        var flags = new FormatFlags();
        for (; !Rest.IsEmpty; position++)
        {
            switch ((char)Rest[0])
            {
                case '#':
                    flags.Sharp = true;
                    break;
                case '0':
                    flags.Zero = true;
                    break;
                case '+':
                    flags.Plus = true;
                    break;
                case '-':
                    flags.Minus = true;
                    break;
                case ' ':
                    flags.Space = true;
                    break;
                default:
                    return flags;
            }
        }

        return flags;
    }

    /// <summary>An explicit argument number, <c>[2]</c>.</summary>
    private bool Index()
    {
        if (!Rest.StartsWith("["u8))
        {
            return false;
        }

        reordered = true;
        var close = Rest.IndexOf((byte)']');
        if (close < 0)
        {
            goodIndex = false;
            position++;
            return false;
        }

        var number = Encoding.UTF8.GetString(Rest[1..close]);
        position += close + 1;
        if (int.TryParse(number, out var index) && index >= 1 && index <= arguments.Length)
        {
            argument = index - 1;
        }
        else
        {
            goodIndex = false;
        }

        return true;
    }

    private int? Star(string complaint)
    {
        if (argument < arguments.Length && arguments.Span[argument++] is IntegerValue { Value: >= -MaxWidth and <= MaxWidth } number)
        {
            return (int)number.Value;
        }

        output.Append(complaint);
        return null;
    }

    private int? Digits()
    {
        int? number = null;
        for (; !Rest.IsEmpty && char.IsAsciiDigit((char)Rest[0]); position++)
        {
            number = Math.Min(((number ?? 0) * 10) + Rest[0] - '0', MaxWidth);
        }

        return number;
    }

    private bool TryTake(char c)
    {
        var taken = !Rest.IsEmpty && Rest[0] == c;
        position += taken ? 1 : 0;
        return taken;
    }

    private void Extra()
    {
        output.Append("%!(EXTRA "u8);
        for (var first = true; argument < arguments.Length; first = false)
        {
            if (!first)
            {
                output.Append(", "u8);
            }

            var value = arguments.Span[argument++];
            output.Append(value.TypeName);
            if (value.IsNil)
            {
                continue;
            }

            output.Append("="u8);
            values.WritePlain(value);
        }

        output.Append(")"u8);
    }
}
