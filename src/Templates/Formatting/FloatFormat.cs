using System.Globalization;
using System.Numerics;

namespace Saker.Templates.Formatting;

/// <summary>Floating-point numbers the way Go writes them.</summary>
internal static class FloatFormat
{
    /// <summary>Longest precision: a double has no more digits than this that are not noughts.</summary>
    private const int MaxPrecision = 1100;

    /// <summary>
    /// The number, with a minus if it has one. <paramref name="verb"/> is one of <c>e E f F g G</c>; without
    /// <paramref name="precision"/> it has as few digits as tell the number apart.
    /// </summary>
    public static string Format(double value, char verb, int? precision)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        if (precision > MaxPrecision)
        {
            throw new TemplateFault($"a precision above {MaxPrecision}");
        }

        var (digits, point) = precision switch
        {
            null => Shortest(value),
            _ when verb is 'f' or 'F' => Rounded(value, precision.Value),
            _ => Significant(value, verb is 'e' or 'E' ? precision.Value + 1 : Math.Max(precision.Value, 1)),
        };
        var text = verb switch
        {
            'e' or 'E' => Scientific(digits, point, precision ?? digits.Length - 1),
            'f' or 'F' => Plain(digits, point, precision ?? Math.Max(digits.Length - point, 0)),
            _ => General(digits, point, precision),
        };
        return (double.IsNegative(value) ? "-" : "") + (char.IsUpper(verb) ? text.ToUpperInvariant() : text);
    }

    private static string General(string digits, int point, int? precision)
    {
        digits = digits.TrimEnd('0');
        var limit = precision ?? 6;
        if (precision is not null && limit > digits.Length && digits.Length >= point)
        {
            limit = digits.Length;
        }

        var exponent = point - 1;
        return exponent < -4 || exponent >= Math.Max(limit, 1)
            ? Scientific(digits, point, Math.Max(digits.Length - 1, 0))
            : Plain(digits, point, Math.Max(digits.Length - point, 0));
    }

    private static string Scientific(string digits, int point, int precision)
    {
        var exponent = digits.Trim('0').Length == 0 ? 0 : point - 1;
        var mantissa = digits.PadRight(precision + 1, '0');
        var fraction = precision > 0 ? "." + mantissa[1..(precision + 1)] : "";
        return $"{mantissa[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Plain(string digits, int point, int precision)
    {
        var whole = point > 0 ? digits.PadRight(point, '0')[..point] : "0";
        if (precision == 0)
        {
            return whole;
        }

        var fraction = point >= 0 ? (digits.Length > point ? digits[point..] : "") : new string('0', -point) + digits;
        return $"{whole}.{fraction.PadRight(precision, '0')[..precision]}";
    }

    /// <summary>The fewest digits that read back as the same number, and where the point stands among them.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var whole = parts[0].Split('.')[0];
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var point = whole.Length + exponent - (all.Length - digits.Length);
        return digits.Length == 0 ? ("0", 1) : (digits.TrimEnd('0'), point);
    }

    private static (string Digits, int Point) Significant(double value, int count)
    {
        if (value == 0)
        {
            return ("0", 1);
        }

        var (digits, point) = Shortest(value);
        var rounded = Rounded(value, count - point);
        // Rounding up may have given one digit more: 9.99 is 10.0.
        var text = rounded.Digits.TrimStart('0');
        point = rounded.Point - (rounded.Digits.Length - text.Length);
        return text.Length == 0 ? (digits, point) : (text[..Math.Min(count, text.Length)], point);
    }

    /// <summary>Exact digits, rounded half to even at <paramref name="places"/> after the point (before it, if negative).</summary>
    private static (string Digits, int Point) Rounded(double value, int places)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        BigInteger numerator = bits & 0xfffffffffffffL;
        if (exponent == 0)
        {
            exponent = 1;
        }
        else
        {
            numerator |= 1L << 52;
        }

        exponent -= 1075;

        BigInteger denominator = 1;
        if (exponent >= 0)
        {
            numerator <<= exponent;
        }
        else
        {
            denominator <<= -exponent;
        }

        if (places >= 0)
        {
            numerator *= BigInteger.Pow(10, places);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -places);
        }

        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var half = (remainder * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !quotient.IsEven))
        {
            quotient++;
        }

        var text = quotient.ToString(CultureInfo.InvariantCulture);
        if (places < 0)
        {
            return (text, text.Length - places);
        }

        text = text.PadLeft(places + 1, '0');
        return (text, text.Length - places);
    }
}
