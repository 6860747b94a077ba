using System.Diagnostics;
using System.Globalization;
using Saker.Alerts;

namespace Saker.Outputs.Http.Alertmanager;

/// <summary>The label <c>severity</c> of each priority.</summary>
internal sealed class SeverityMap
{
    private readonly Dictionary<Priority, string> own = [];

    /// <param name="texts">Severities by the name of a priority, or by Falcosidekick's number: 1 for debug to 8 for emergency.</param>
    /// <param name="strict">Passes over what is wrong, as Falcosidekick does.</param>
    /// <exception cref="OutputConfigurationException">An entry is wrong.</exception>
    public SeverityMap(IReadOnlyDictionary<string, string> texts, bool strict)
    {
        foreach (var (word, text) in texts)
        {
            var severity = text.Trim();
            if (Find(word.Trim()) is { } priority && severity.Length > 0)
            {
                own[priority] = severity;
            }
            else if (!strict)
            {
                throw new OutputConfigurationException("customseveritymap", severity.Length == 0 ? $"'{word}' has no severity; write '{word}:SEVERITY'." : $"'{word}' is no priority; it is one of {string.Join(", ", Priorities.All.Select(static one => one.Word().ToLowerInvariant()))}.");
            }
        }
    }

    /// <summary>The severity of a priority.</summary>
    public string Of(Priority priority) => own.GetValueOrDefault(priority) ?? priority switch
    {
        Priority.Emergency or Priority.Alert or Priority.Critical => "critical",
        Priority.Error or Priority.Warning => "warning",
        Priority.Notice or Priority.Informational or Priority.Debug => "information",
        _ => throw new UnreachableException($"Priority {(int)priority} has no severity."),
    };

    private static Priority? Find(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number is >= 1 and <= 8 ? Priorities.All[8 - number] : null
            : Priorities.TryParse(word, out var priority) ? priority : null;
}
