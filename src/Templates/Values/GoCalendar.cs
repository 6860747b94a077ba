
namespace Saker.Templates.Values;

/// <summary>The proleptic Gregorian calendar for any year, and the English names that layouts use.</summary>
internal static class GoCalendar
{
    public static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    // 400 years repeat exactly, so any year is one of 1 to 400 moved by whole periods.
    private const long DaysPerPeriod = 146_097;
    private static readonly int UnixEpochDay = new DateOnly(1970, 1, 1).DayNumber;

    public static long ToDays(long year, int month, int day)
    {
        var period = Floor(year - 1, 400);
        var first = new DateOnly((int)(year - (period * 400)), month, 1);
        return (period * DaysPerPeriod) + first.DayNumber + day - 1 - UnixEpochDay;
    }

    public static (long Year, int Month, int Day) FromDays(long unixDay)
    {
        var day = unixDay + UnixEpochDay;
        var period = Floor(day, DaysPerPeriod);
        var date = DateOnly.FromDayNumber((int)(day - (period * DaysPerPeriod)));
        return (date.Year + (period * 400), date.Month, date.Day);
    }

    private static long Floor(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
