using System.Globalization;

namespace Saker.Templates.Formatting;

/// <summary>Flags, width and precision of one verb.</summary>
internal sealed record FormatFlags
{
    public static readonly FormatFlags None = new();

    public bool Minus { get; set; }

    public bool Plus { get; set; }

    public bool Sharp { get; set; }

    public bool Space { get; set; }

    public bool Zero { get; set; }

    public int? Width { get; set; }

    public int? Precision { get; set; }

    public void Pad(ReadOnlySpan<byte> text, ByteBuilder output)
    {
        var fill = Math.Max((Width ?? 0) - Utf8.CountRunes(text), 0);
        if (!Minus)
        {
            output.Repeat(Zero ? '0' : ' ', fill);
        }

        output.Append(text);
        if (Minus)
        {
            output.Repeat(' ', fill);
        }
    }

    /// <summary>Pads a number: noughts go between sign and digits.</summary>
    public void PadNumber(string number, ByteBuilder output)
    {
        var negative = number[0] is '-';
        var digits = number.TrimStart('-', '+');
        var sign = negative ? "-" : Plus ? "+" : Space ? " " : "";
        if (Zero && !Minus && Width > digits.Length + sign.Length)
        {
            digits = digits.PadLeft(Width.Value - sign.Length, '0');
        }

        (this with { Zero = false }).Pad(System.Text.Encoding.UTF8.GetBytes(sign + digits), output);
    }

    public void PadInteger(long value, char verb, ByteBuilder output)
    {
        var magnitude = UInt128.CreateTruncating(Int128.Abs(value));
        var digits = verb switch
        {
            'b' => magnitude.ToString("b", CultureInfo.InvariantCulture),
            'o' or 'O' => Octal(magnitude),
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
        digits = digits.TrimStart('0').PadLeft(Math.Max(Math.Min(Precision ?? 1, PrintfWriter.MaxWidth), Precision is 0 && value == 0 ? 0 : 1), '0');
        var prefix = verb switch
        {
            'O' => "0o",
            'b' when Sharp => "0b",
            'o' when Sharp => "0",
            'x' when Sharp => "0x",
            'X' when Sharp => "0X",
            _ => "",
        };
        var flags = Precision is null ? this : this with { Zero = false };
        flags.PadNumber((value < 0 ? "-" : "+") + prefix + digits, output);
    }

    private static string Octal(UInt128 value)
    {
        var digits = "";
        for (; value > 0; value >>= 3)
        {
            digits = (char)('0' + (int)(value & 7)) + digits;
        }

        return digits;
    }
}
