using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Saker.Settings;

/// <summary>A number of bytes, written as <c>16MiB</c>, <c>1GiB</c>, <c>500kB</c> or plain digits.</summary>
internal readonly record struct ByteSize(long Bytes) : IParsable<ByteSize>, IComparable<ByteSize>
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("B", 1),
    ];

    public static ByteSize FromMebibytes(long count) => new(count << 20);

    public static ByteSize FromGibibytes(long count) => new(count << 30);

    public static ByteSize Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var size) ? size : throw new FormatException("is not a size; write it as in '16MiB', '1GiB' or '4096'.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ByteSize result)
    {
        result = default;
        var text = s.AsSpan().Trim();
        var factor = 1L;
        foreach (var (name, bytes) in Units)
        {
            if (text.EndsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                factor = bytes;
                text = text[..^name.Length].TrimEnd();
                break;
            }
        }

        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue / factor)
        {
            return false;
        }

        result = new ByteSize((long)(number * factor));
        return true;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The largest binary unit that loses nothing.</summary>
    public override string ToString()
    {
        foreach (var (name, bytes) in Units.AsSpan(0, 4))
        {
            if (Bytes >= bytes && Bytes % bytes == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes / bytes}{name}");
            }
        }

        return Bytes.ToString(CultureInfo.InvariantCulture);
    }
}
