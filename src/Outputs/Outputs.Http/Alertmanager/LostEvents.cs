using System.Globalization;
using Saker.Alerts;

namespace Saker.Outputs.Http.Alertmanager;

/// <summary>
/// Falco's own message about lost events: its numbers would make an alert of their own each time, so that labels say which threshold
/// they exceed, and the priority follows.
/// </summary>
internal sealed class LostEvents
{
    private const string Rule = "Falco internal: syscall event drop";
    private const string Counter = "n_drop";
    private const string AllEvents = "n_evts";

    // What Falcosidekick makes of its own default, which has colons where commas are meant.
    private static readonly List<(long Value, Priority? Priority)> AsMisread = [(10_000, null)];

    private readonly List<(long Value, Priority? Priority)> thresholds;
    private readonly Priority? otherwise;

    /// <exception cref="OutputConfigurationException">A threshold cannot be read, and compatibility is not strict.</exception>
    public LostEvents(AlertmanagerOptions options, bool strict)
    {
        var isUsual = options.DropEventThresholds.Length == 0 && options.DropEventThresholdsList.Count == 0;
        thresholds = isUsual && strict ? AsMisread : [.. Thresholds(options, strict).OrderByDescending(static one => one.Value)];
        otherwise = PriorityOf("dropeventdefaultpriority", options.DropEventDefaultPriority, strict);
    }

    /// <summary>True for Falco's message about lost events.</summary>
    public static bool IsAbout(Alert alert) => alert.Rule == Rule;

    /// <summary>True for a field that counts, and becomes no label of its own.</summary>
    public static bool IsCounter(string field) => field.StartsWith(Counter, StringComparison.Ordinal) || field.StartsWith(AllEvents, StringComparison.Ordinal);

    /// <summary>Labels for the counters of lost events, and the priority that they give.</summary>
    public (IEnumerable<(string Name, string Value)> Labels, Priority Priority) Read(Alert alert)
    {
        var priority = alert.Priority;
        var labels = new List<(string, string)>();
        foreach (var (name, value) in alert.OutputFields)
        {
            if (!name.StartsWith(Counter, StringComparison.Ordinal) || value.Kind is not (FieldKind.Text or FieldKind.Number)
                || !long.TryParse(value.Raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lost))
            {
                continue;
            }

            var (label, own) = (lost.ToString(CultureInfo.InvariantCulture), lost == 0 ? Priority.Warning : otherwise);
            if (lost != 0 && thresholds.FindIndex(one => lost > one.Value) is var index and >= 0)
            {
                (label, own) = ($">{thresholds[index].Value}", thresholds[index].Priority);
            }

            labels.Add((name, label));
            priority = own is { } higher && higher.IsAtLeast(priority) ? higher : priority;
        }

        return (labels, priority);
    }

    private static IEnumerable<(long Value, Priority? Priority)> Thresholds(AlertmanagerOptions options, bool strict)
    {
        const string key = "dropeventthresholds";
        if (options.DropEventThresholds.Length == 0 && options.DropEventThresholdsList.Count > 0)
        {
            return options.DropEventThresholdsList.Select(one => (one.Value, PriorityOf("dropeventthresholdslist", one.Priority, strict)));
        }

        var read = new List<(long, Priority?)>();
        var texts = options.DropEventThresholds.Length > 0 ? options.DropEventThresholds : AlertmanagerOptions.UsualThresholds;
        foreach (var text in texts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < text.Length - 1 && long.TryParse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                read.Add((value, PriorityOf(key, text[(colon + 1)..].Trim(), strict)));
            }
            else if (!strict)
            {
                throw new OutputConfigurationException(key, $"'{text}' is no threshold; write a number and a priority, as in '{AlertmanagerOptions.UsualThresholds}'.");
            }
        }

        return read;
    }

    // Falcosidekick takes an unknown word as no priority.
    private static Priority? PriorityOf(string key, string word, bool strict) =>
        Priorities.TryParse(word, out var priority) ? priority
        : strict ? null
        : throw new OutputConfigurationException(key, $"'{word}' is no priority; it is one of {string.Join(", ", Priorities.All.Select(static one => one.Word().ToLowerInvariant()))}.");
}
