using Saker.Conditions.Tests.Support;

namespace Saker.Rules.Tests;

/// <summary>Falco's source of system calls, from the recorded lists of fields and events.</summary>
internal static class FalcoSource
{
    /// <summary>What rules are loaded for.</summary>
    /// <param name="deliverable">Names of the events that are delivered; null for all.</param>
    public static RuleLoaderOptions Options(IReadOnlySet<string>? deliverable = null) => new()
    {
        Sources = new Dictionary<string, RuleSource>
        {
            ["syscall"] = new RuleSource { Catalogue = FalcoFields.Load(), EventTypes = FalcoFields.EventTypes(), DeliverableEventTypes = deliverable },
        },
    };
}
