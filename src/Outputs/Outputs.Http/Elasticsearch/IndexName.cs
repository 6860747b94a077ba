using System.Globalization;
using Saker.Alerts;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>The index of a document, by the alert's time.</summary>
internal sealed class IndexName(ElasticsearchOptions options, OutputContext context)
{
    // Beyond these an alert's own time counts as wrong: a clock gone wild must not make an index a day.
    private static readonly TimeSpan Before = TimeSpan.FromDays(30);
    private static readonly TimeSpan After = TimeSpan.FromDays(1);

    private readonly TimeZoneInfo zone = TimeZoneInfo.TryFindSystemTimeZoneById(options.SuffixTimeZone, out var found) ? found : TimeZoneInfo.Utc;
    private readonly string format = options.DataStream ? "" : options.Suffix.ToLowerInvariant() switch
    {
        "none" => "",
        "monthly" => "yyyy.MM",
        "annually" => "yyyy",
        _ => "yyyy.MM.dd",
    };

    /// <summary>Matches the index's names.</summary>
    public string Pattern => format.Length == 0 ? options.Index : $"{options.Index}-*";

    /// <summary>The name of the index for an alert's time. Falcosidekick's follows this machine's clock and zone instead.</summary>
    public string For(AlertTime time) => format.Length == 0 ? options.Index : $"{options.Index}-{Day(time).ToString(format, CultureInfo.InvariantCulture)}";

    private DateTimeOffset Day(AlertTime time)
    {
        if (context.Strict)
        {
            return context.Clock.GetLocalNow();
        }

        var now = context.Clock.GetUtcNow();
        var own = time.ToDateTimeOffset();
        return TimeZoneInfo.ConvertTime(own < now - Before || own > now + After ? now : own, zone);
    }
}
