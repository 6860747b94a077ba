using System.Globalization;
using System.Text;

namespace Saker.Templates.Values;

/// <summary>
/// A time with nanoseconds and offset, as Go's <c>time.Time</c>. Years may leave 1 to 9999 through arithmetic, so it counts for itself.
/// </summary>
public sealed class TimeValue : TemplateObject
{
    private const long SecondsPerDay = 86_400;
    private const long UnixOfYear1 = -62_135_596_800;
    private static readonly Int128 NanosecondsPerSecond = 1_000_000_000;
    private static readonly IntegerType MonthType = new("time.Month", m => NameOr(GoCalendar.Months, m - 1, "%!Month"));
    private static readonly IntegerType WeekdayType = new("time.Weekday", d => NameOr(GoCalendar.Weekdays, d, "%!Weekday"));

    /// <summary>Creates a time.</summary>
    /// <param name="unixSeconds">Whole seconds since 1970, rounded down.</param>
    /// <param name="nanosecond">Nanoseconds on top, 0 to 999,999,999.</param>
    /// <param name="offsetSeconds">Offset from UTC; 0 is UTC.</param>
    public TimeValue(long unixSeconds, int nanosecond, int offsetSeconds)
    {
        UnixSeconds = unixSeconds;
        Nanosecond = nanosecond;
        OffsetSeconds = offsetSeconds;
        var local = unixSeconds + offsetSeconds;
        var day = Math.DivRem(local, SecondsPerDay, out var second);
        if (second < 0)
        {
            (day, second) = (day - 1, second + SecondsPerDay);
        }

        (Year, Month, Day) = GoCalendar.FromDays(day);
        YearDay = (int)(day - GoCalendar.ToDays(Year, 1, 1)) + 1;
        Weekday = (int)(((day % 7) + 11) % 7);
        SecondOfDay = (int)second;
    }

    internal long UnixSeconds { get; }

    internal int Nanosecond { get; }

    internal int OffsetSeconds { get; }

    internal long Year { get; }

    internal int Month { get; }

    internal int Day { get; }

    internal int YearDay { get; }

    internal int Weekday { get; }

    internal int SecondOfDay { get; }

    /// <inheritdoc/>
    public override string TypeName => "time.Time";

    private Int128 UnixNanoseconds => (UnixSeconds * NanosecondsPerSecond) + Nanosecond;

    /// <inheritdoc/>
    public override string ToText() => GoLayout.Format(this, "2006-01-02 15:04:05.999999999 -0700 MST");

    /// <inheritdoc/>
    protected internal override string ToGoSyntax() => string.Create(CultureInfo.InvariantCulture,
        $"time.Date({Year}, time.{GoCalendar.Months[Month - 1]}, {Day}, {SecondOfDay / 3600}, {SecondOfDay / 60 % 60}, {SecondOfDay % 60}, {Nanosecond}, {(OffsetSeconds == 0 ? "time.UTC" : "time.Location(\"\")")})");

    /// <inheritdoc/>
    protected internal override bool? EqualTo(TemplateObject other) =>
        other is TimeValue time && time.UnixNanoseconds == UnixNanoseconds && time.OffsetSeconds == OffsetSeconds;

    /// <inheritdoc/>
    protected internal override TemplateValue? GetMember(string name) => name switch
    {
        "Year" => From(Year),
        "Month" => From(Month, MonthType),
        "Day" => From(Day),
        "YearDay" => From(YearDay),
        "Weekday" => From(Weekday, WeekdayType),
        "Hour" => From(SecondOfDay / 3600),
        "Minute" => From(SecondOfDay / 60 % 60),
        "Second" => From(SecondOfDay % 60),
        "Nanosecond" => From(Nanosecond),
        "Unix" => From(UnixSeconds, IntegerType.Int64),
        "UnixMilli" => Whole(UnixNanoseconds, 1_000_000),
        "UnixMicro" => Whole(UnixNanoseconds, 1_000),
        "UnixNano" => Whole(UnixNanoseconds, 1),
        "UTC" or "Local" => new TimeValue(UnixSeconds, Nanosecond, 0),
        "Location" => new LocationValue(OffsetSeconds),
        "IsZero" => From(UnixSeconds == UnixOfYear1 && Nanosecond == 0),
        "IsDST" => From(false),
        "String" => From(ToText()),
        "GoString" => From(ToGoSyntax()),
        "MarshalText" => FromBytes(Encoding.UTF8.GetBytes(GoLayout.Format(this, GoLayout.Rfc3339Nano))),
        "MarshalJSON" => FromBytes(Encoding.UTF8.GetBytes($"\"{GoLayout.Format(this, GoLayout.Rfc3339Nano)}\"")),
        "Format" => new MethodValue(name, [ParameterKind.Text], a => From(GoLayout.Format(this, a[0].ToString()!))),
        "Equal" => Comparing(name, static c => c == 0),
        "Before" => Comparing(name, static c => c < 0),
        "After" => Comparing(name, static c => c > 0),
        "Compare" => new MethodValue(name, [ParameterKind.Time], a => From(CompareTo(a[0]))),
        "Sub" => new MethodValue(name, [ParameterKind.Time], a => From(Saturate(UnixNanoseconds - ((TimeValue)a[0]).UnixNanoseconds), DurationType.Instance)),
        "Add" => new MethodValue(name, [ParameterKind.Duration], a => At(UnixNanoseconds + Number(a[0]))),
        "AddDate" => new MethodValue(name, [ParameterKind.Int, ParameterKind.Int, ParameterKind.Int], AddDate),
        "Truncate" => new MethodValue(name, [ParameterKind.Duration], a => RoundDown(Number(a[0]), 0)),
        "Round" => new MethodValue(name, [ParameterKind.Duration], a => RoundDown(Number(a[0]), Number(a[0]) / 2)),
        "In" => new MethodValue(name, [ParameterKind.Location], a => new TimeValue(UnixSeconds, Nanosecond, ((LocationValue)a[0]).OffsetSeconds)),
        _ => null,
    };

    private static long Number(TemplateValue value) => ((IntegerValue)value).Value;

    // Go's 64-bit results wrap around; the same bits come out here.
    private static TemplateValue Whole(Int128 nanoseconds, long unit) =>
        From(long.CreateTruncating(FloorDivide(nanoseconds, unit)), IntegerType.Int64);

    private static Int128 FloorDivide(Int128 value, Int128 divisor) => (value - (((value % divisor) + divisor) % divisor)) / divisor;

    private static long Saturate(Int128 value) => long.CreateSaturating(value);

    private static string NameOr(string[] names, long index, string other) =>
        index >= 0 && index < names.Length ? names[index] : $"{other}({index})";

    private MethodValue Comparing(string name, Func<int, bool> accept) =>
        new(name, [ParameterKind.Time], a => From(accept(CompareTo(a[0]))));

    private int CompareTo(TemplateValue other) => UnixNanoseconds.CompareTo(((TimeValue)other).UnixNanoseconds);

    private TimeValue At(Int128 nanoseconds)
    {
        var seconds = FloorDivide(nanoseconds, NanosecondsPerSecond);
        return new TimeValue((long)seconds, (int)(nanoseconds - (seconds * NanosecondsPerSecond)), OffsetSeconds);
    }

    /// <summary>Rounds down to a multiple of <paramref name="unit"/> since the year 1, which is where Go counts from.</summary>
    private TimeValue RoundDown(long unit, long plus)
    {
        if (unit <= 0)
        {
            return this;
        }

        var origin = UnixOfYear1 * NanosecondsPerSecond;
        var since = UnixNanoseconds - origin + plus;
        return At(origin + (FloorDivide(since, unit) * unit));
    }

    private TimeValue AddDate(TemplateValue[] arguments)
    {
        // Wide enough for every use, and no overflow below.
        const long Bound = 1_000_000;
        if (arguments.Any(static a => Int128.Abs(Number(a)) > Bound))
        {
            throw new TemplateFault($"error calling AddDate: more than {Bound} years, months or days");
        }

        var months = (((Year + Number(arguments[0])) * 12) + Month - 1) + Number(arguments[1]);
        var (year, month) = ((long)FloorDivide(months, 12), (int)(months - ((long)FloorDivide(months, 12) * 12)));
        var days = GoCalendar.ToDays(year, month + 1, 1) + Day - 1 + Number(arguments[2]);
        return new TimeValue((days * SecondsPerDay) + SecondOfDay - OffsetSeconds, Nanosecond, OffsetSeconds);
    }
}

/// <summary>Go's <c>*time.Location</c>, here an offset.</summary>
internal sealed class LocationValue(int offsetSeconds) : TemplateObject
{
    public int OffsetSeconds { get; } = offsetSeconds;

    public override string TypeName => "*time.Location";

    // The zone of a parsed offset has no name.
    public override string ToText() => OffsetSeconds == 0 ? "UTC" : "";

    protected internal override bool? EqualTo(TemplateObject other) => other is LocationValue zone && zone.OffsetSeconds == OffsetSeconds;

    protected internal override TemplateValue? GetMember(string name) => name == "String" ? From(ToText()) : null;
}
