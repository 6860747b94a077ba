using System.Globalization;

namespace Saker.Alerts;

/// <summary>
/// An instant with nanoseconds and the offset that it was written with, in the years 0000 to 9999, as RFC 3339 has it.
/// .NET's own types know neither nanoseconds nor the year 0000.
/// </summary>
public readonly record struct AlertTime
{
    private const long SecondsPerDay = 86_400;

    // Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
    private const int DaysToEpoch = 719_468;

    /// <summary>An instant.</summary>
    /// <param name="unixSeconds">Seconds since 1970-01-01T00:00:00Z; negative before.</param>
    /// <param name="nanoseconds">0 to 999,999,999 on top of the seconds.</param>
    /// <param name="offsetMinutes">Local time minus UTC.</param>
    public AlertTime(long unixSeconds, int nanoseconds = 0, int offsetMinutes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nanoseconds, 999_999_999);
        UnixSeconds = unixSeconds;
        Nanoseconds = nanoseconds;
        OffsetMinutes = offsetMinutes;
    }

    /// <summary>The year 1 is Go's way to say that a time was not given.</summary>
    internal static AlertTime NotGiven { get; } = new(DayNumber(1, 1, 1) * SecondsPerDay);

    /// <summary>Seconds since 1970-01-01T00:00:00Z.</summary>
    public long UnixSeconds { get; }

    /// <summary>Nanoseconds on top of <see cref="UnixSeconds"/>.</summary>
    public int Nanoseconds { get; }

    /// <summary>Local time minus UTC, in minutes.</summary>
    public int OffsetMinutes { get; }

    /// <summary>Nanoseconds since the epoch; times before 1678 or after 2262 are clamped to what 64 bits hold.</summary>
    public long UnixNanoseconds
    {
        get
        {
            var total = (Int128)UnixSeconds * 1_000_000_000 + Nanoseconds;
            return (long)Int128.Clamp(total, long.MinValue, long.MaxValue);
        }
    }

    /// <summary>The instant of a .NET time (100 ns steps).</summary>
    public static AlertTime From(DateTimeOffset time) => new(
        time.ToUnixTimeSeconds(), (int)(time.Ticks % TimeSpan.TicksPerSecond) * 100, (int)time.Offset.TotalMinutes);

    /// <summary>The instant of a time stamp in nanoseconds since the epoch, in UTC.</summary>
    public static AlertTime FromUnixNanoseconds(ulong nanoseconds) =>
        new((long)(nanoseconds / 1_000_000_000), (int)(nanoseconds % 1_000_000_000));

    /// <summary>The nearest .NET time, in UTC, cut to 100 ns; years before 0001 become 0001-01-01.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        long least = DateTimeOffset.MinValue.ToUnixTimeSeconds(), most = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return UnixSeconds < least ? DateTimeOffset.MinValue
            : DateTimeOffset.FromUnixTimeSeconds(Math.Min(UnixSeconds, most)).AddTicks(Nanoseconds / 100);
    }

    /// <summary>The calendar date and the time of day at the offset that the time was written with.</summary>
    public CalendarTime Local => CalendarTime.FromSeconds(UnixSeconds + OffsetMinutes * 60L);

    /// <summary>
    /// Reads RFC 3339 as Go's time package reads it (https://pkg.go.dev/time#RFC3339): the hour may have one digit, the
    /// fraction may follow a comma, digits after the ninth are dropped; offsets up to ±23:59.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AlertTime time)
    {
        time = default;
        var rest = text;
        if (!Digits(ref rest, 4, out var year) || !Skip(ref rest, '-')
            || !Digits(ref rest, 2, out var month) || !Skip(ref rest, '-')
            || !Digits(ref rest, 2, out var day) || !Skip(ref rest, 'T'))
        {
            return false;
        }

        if (!Digits(ref rest, 2, out var hour) && !Digits(ref rest, 1, out hour))
        {
            return false;
        }

        if (!Skip(ref rest, ':') || !Digits(ref rest, 2, out var minute)
            || !Skip(ref rest, ':') || !Digits(ref rest, 2, out var second)
            || !Fraction(ref rest, out var nanoseconds) || !Offset(rest, out var offset))
        {
            return false;
        }

        if (month is < 1 or > 12 || day < 1 || day > CalendarTime.DaysIn(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var local = DayNumber(year, month, day) * SecondsPerDay + hour * 3600L + minute * 60L + second;
        time = new(local - offset * 60L, nanoseconds, offset);
        return true;
    }

    /// <summary>RFC 3339 with as many digits of the fraction as are needed: <c>2026-11-23T19:18:08.831575297Z</c>.</summary>
    public override string ToString()
    {
        Span<char> buffer = stackalloc char[40];
        Format(buffer, out var length);
        return new(buffer[..length]);
    }

    /// <summary>Writes what <see cref="ToString"/> gives; at most 35 characters.</summary>
    public void Format(Span<char> into, out int length)
    {
        var local = Local;
        local.WriteDateAndTime(into, 'T');
        length = 19 + WriteFraction(into[19..]);
        if (OffsetMinutes == 0)
        {
            into[length++] = 'Z';
            return;
        }

        length += WriteOffset(into[length..], colon: true);
    }

    /// <summary>As Go prints a time by default: <c>2026-11-23 19:18:08.831575297 +0000 UTC</c>, elsewhere <c>… +0700 +0700</c>.</summary>
    public string ToGoString()
    {
        Span<char> buffer = stackalloc char[48];
        Local.WriteDateAndTime(buffer, ' ');
        var length = 19 + WriteFraction(buffer[19..]);
        buffer[length++] = ' ';
        Span<char> zone = stackalloc char[8];
        var zoneLength = WriteOffset(zone, colon: false);
        zone[..zoneLength].CopyTo(buffer[length..]);
        length += zoneLength;
        buffer[length++] = ' ';
        ReadOnlySpan<char> name = OffsetMinutes == 0 ? "UTC" : zone[..zoneLength];
        name.CopyTo(buffer[length..]);
        return new(buffer[..(length + name.Length)]);
    }

    internal static long DayNumber(int year, int month, int day)
    {
        // Howard Hinnant, chrono-compatible low-level date algorithms: years begin in March, so that leap days come last.
        var y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        var dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - DaysToEpoch;
    }

    private int WriteFraction(Span<char> into)
    {
        if (Nanoseconds == 0)
        {
            return 0;
        }

        into[0] = '.';
        Nanoseconds.TryFormat(into[1..], out _, "D9", CultureInfo.InvariantCulture);
        return into[..10].TrimEnd('0').Length;
    }

    private int WriteOffset(Span<char> into, bool colon)
    {
        int minutes = Math.Abs(OffsetMinutes), length = 0;
        into[length++] = OffsetMinutes < 0 ? '-' : '+';
        (minutes / 60).TryFormat(into[length..], out var written, "D2", CultureInfo.InvariantCulture);
        length += written;
        if (colon)
        {
            into[length++] = ':';
        }

        (minutes % 60).TryFormat(into[length..], out written, "D2", CultureInfo.InvariantCulture);
        return length + written;
    }

    private static bool Digits(ref ReadOnlySpan<char> rest, int count, out int value)
    {
        value = 0;
        if (rest.Length < count || rest[..count].ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        foreach (var digit in rest[..count])
        {
            value = value * 10 + (digit - '0');
        }

        rest = rest[count..];
        return true;
    }

    private static bool Skip(ref ReadOnlySpan<char> rest, char expected)
    {
        if (rest.IsEmpty || rest[0] != expected)
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private static bool Fraction(ref ReadOnlySpan<char> rest, out int nanoseconds)
    {
        nanoseconds = 0;
        if (!Skip(ref rest, '.') && !Skip(ref rest, ','))
        {
            return true;
        }

        var count = rest.IndexOfAnyExceptInRange('0', '9');
        if (count <= 0)
        {
            return false;
        }

        for (var i = 0; i < 9; i++)
        {
            nanoseconds = nanoseconds * 10 + (i < count ? rest[i] - '0' : 0);
        }

        rest = rest[count..];
        return true;
    }

    private static bool Offset(ReadOnlySpan<char> rest, out int minutes)
    {
        minutes = 0;
        if (rest is "Z")
        {
            return true;
        }

        if (rest.Length != 6 || rest[0] is not ('+' or '-'))
        {
            return false;
        }

        var west = rest[0] == '-';
        rest = rest[1..];
        if (!Digits(ref rest, 2, out var hours) || !Skip(ref rest, ':') || !Digits(ref rest, 2, out var rests) || hours > 23 || rests > 59)
        {
            return false;
        }

        minutes = (hours * 60 + rests) * (west ? -1 : 1);
        return true;
    }
}
