using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// Sees each match when it is made, while the event is still there: for commands that ask what rules do. Where alerts are held for a
/// runtime's answer, those are not shown.
/// </summary>
internal interface IMatchObserver
{
    /// <summary>A rule matched. The context holds until this returns.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="context">The event.</param>
    /// <param name="alert">The alert that was made of it.</param>
    void Matched(Rule rule, EventContext context, AlertLine alert);
}
