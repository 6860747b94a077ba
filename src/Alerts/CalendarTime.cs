using System.Globalization;

namespace Saker.Alerts;

/// <summary>A date of the proleptic Gregorian calendar with a time of day, for the years that RFC 3339 knows.</summary>
/// <param name="Year">0 to 9999 (a time near the edges may fall one year outside at its offset).</param>
/// <param name="Month">1 to 12.</param>
/// <param name="Day">1 to 31.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="Minute">0 to 59.</param>
/// <param name="Second">0 to 59.</param>
/// <param name="DayOfWeek">The day of the week.</param>
public readonly record struct CalendarTime(int Year, int Month, int Day, int Hour, int Minute, int Second, DayOfWeek DayOfWeek)
{
    /// <summary>The date and time of day of a count of seconds since 1970-01-01.</summary>
    public static CalendarTime FromSeconds(long seconds)
    {
        (var days, var second) = Math.DivRem(seconds, 86_400);
        if (second < 0)
        {
            second += 86_400;
            days--;
        }
        // The inverse of AlertTime.DayNumber, by the same author.
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = (int)(shifted - era * 146_097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shiftedMonth = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        var month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        var year = (int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        var weekday = (int)(((days % 7) + 7 + 4) % 7); // 1970-01-01 was a Thursday
        return new(year, month, day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), (DayOfWeek)weekday);
    }

    /// <summary>How many days a month has.</summary>
    public static int DaysIn(int year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Writes <c>2026-11-23T19:18:08</c>, 19 characters, with the given separator.</summary>
    public void WriteDateAndTime(Span<char> into, char separator)
    {
        Put(into, Math.Clamp(Year, 0, 9999), "D4");
        into[4] = '-';
        Put(into[5..], Month, "D2");
        into[7] = '-';
        Put(into[8..], Day, "D2");
        into[10] = separator;
        Put(into[11..], Hour, "D2");
        into[13] = ':';
        Put(into[14..], Minute, "D2");
        into[16] = ':';
        Put(into[17..], Second, "D2");
    }

    private static void Put(Span<char> into, int number, string format) =>
        number.TryFormat(into, out _, format, CultureInfo.InvariantCulture);
}
