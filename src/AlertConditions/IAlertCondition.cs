using Saker.Alerts;

namespace Saker.AlertConditions;

/// <summary>A compiled <c>when</c> of an output. Called for every alert and output, by several threads.</summary>
public interface IAlertCondition
{
    /// <summary>True when the alert is one that the condition means.</summary>
    bool Matches(Alert alert);
}
