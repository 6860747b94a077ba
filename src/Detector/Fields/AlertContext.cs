using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Detector.Fields;

/// <summary>An event as alerts are made of it: the present one, or one that was held.</summary>
internal abstract class AlertContext : EvaluationContext
{
    /// <summary>When it happened, nanoseconds since 1970.</summary>
    public abstract ulong Timestamp { get; }

    /// <summary>The value of a field as an alert shows it, which for a few is another than conditions see.</summary>
    public abstract Value ReadShown(FieldReference field);
}
