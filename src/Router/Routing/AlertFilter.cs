using Saker.AlertConditions;
using Saker.Alerts;
using Saker.Router.Enrichment;

namespace Saker.Router.Routing;

/// <summary>Decides whether an output gets an alert.</summary>
/// <param name="minimum">The output's <c>minimumpriority</c>.</param>
/// <param name="condition">The output's <c>when</c>; null for none.</param>
internal sealed class AlertFilter(Priority minimum, IAlertCondition? condition)
{
    /// <summary>
    /// True when the output gets the alert. The test rule passes every minimum priority, as in Falcosidekick; its condition still holds,
    /// or any sender could page everyone.
    /// </summary>
    public bool Matches(Alert alert) => PassesPriority(alert) && PassesCondition(alert);

    /// <summary>Whether its priority, or its rule, lets the alert pass.</summary>
    public bool PassesPriority(Alert alert) => alert.Priority.IsAtLeast(minimum) || alert.Rule == TestAlert.Rule;

    /// <summary>Whether the condition holds for it.</summary>
    public bool PassesCondition(Alert alert) => condition is null || condition.Matches(alert);
}
