using System.Globalization;
using Saker.Alerts;
using Saker.Router.Delivery;
using Saker.Router.Enrichment;
using Saker.Router.Options;
using Saker.Router.Reload;
using Saker.Router.Routing;

namespace Saker.Router.Api;

/// <summary>Says which outputs would get an alert, and why others would not, without storing or sending anything.</summary>
internal static class AlertRoute
{
    /// <summary>Where an alert goes; null with a reason when the router would not take it.</summary>
    /// <param name="alert">The alert as it came.</param>
    /// <param name="running">The configuration, and its outputs.</param>
    /// <param name="statuses">How the outputs stand; none when no router runs.</param>
    /// <param name="fault">Why the alert would not be taken.</param>
    public static RouteAnswer? Explain(Alert alert, RunningConfiguration running, IReadOnlyList<OutputStatus> statuses, out string fault)
    {
        var options = running.Configuration.Router;
        fault = "";
        if (alert.OutputFields.Count > options.Http.MaxFields)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"it has more than {options.Http.MaxFields} output fields (http.maxfields)");
            return null;
        }

        // As the intake does it, with an enricher of its own that tells what fails to whoever asks and not to the log.
        var problems = new List<string>();
        var enriched = new AlertEnricher(options, (name, problem) => problems.Add($"templatedfields.{name}: {problem}")).Enrich(alert);
        if (enriched.OutputFields.Count == 0)
        {
            fault = "output_fields is missing or empty";
            return null;
        }

        return new RouteAnswer
        {
            Alert = ApiJson.Element(AlertWriter.ToBytes(enriched)),
            Added = [.. Added(enriched, options, options.CustomFields.Keys.Except(options.TemplatedFields.Keys), "customfields"), .. Added(enriched, options, options.TemplatedFields.Keys, "templatedfields")],
            Problems = problems,
            Outputs =
            [
                .. running.Outputs.Select(output => Route(output, enriched, statuses.FirstOrDefault(status => status.Name == output.Name))),
                .. running.Configuration.Off.Select(static off => new RoutedView { Name = off.Name, Type = off.Type, Gets = false, Reasons = [new RouteReason(RouteReasonKind.Off, off.Reason)] }),
            ],
        };
    }

    private static RoutedView Route(RoutedOutput output, Alert alert, OutputStatus? status)
    {
        var options = output.Instance.Options;
        var reasons = new List<RouteReason>();
        if (!output.Filter.PassesPriority(alert))
        {
            reasons.Add(new RouteReason(RouteReasonKind.MinimumPriority, $"Its minimumpriority is '{options.MinimumPriority.Word()}', and the alert's priority is '{alert.Priority.Word()}'."));
        }

        if (!output.Filter.PassesCondition(alert))
        {
            reasons.Add(new RouteReason(RouteReasonKind.When, $"Its condition does not hold: when: {options.When}"));
        }

        if (status?.PausedSince is not null)
        {
            reasons.Add(new RouteReason(RouteReasonKind.Paused, $"It is paused, and would get the alert when it is resumed."));
        }

        return new RoutedView { Name = output.Name, Type = output.Instance.Registration.Descriptor.Type, Gets = reasons.Count == 0, Reasons = reasons };
    }

    private static IEnumerable<AddedField> Added(Alert alert, RouterOptions options, IEnumerable<string> names, string by)
    {
        foreach (var name in names)
        {
            var stored = options.BracketReplacer.Length == 0 ? name
                : name.Replace("]", "", StringComparison.Ordinal).Replace("[", options.BracketReplacer, StringComparison.Ordinal);
            if (alert.OutputFields.TryGetValue(stored, out var value))
            {
                yield return new AddedField(stored, value.ToString(), by);
            }
        }
    }
}
