using System.Text.Json.Serialization;

namespace Saker.Alerts;

/// <summary>
/// What a detector reports. Immutable: outputs share one instance, and a change makes a copy (<c>with</c>).
/// The wire form is Falco's JSON with a <c>uuid</c>.
/// </summary>
[JsonConverter(typeof(AlertJsonConverter))]
public sealed record Alert
{
    /// <summary>Made once, before the alert is stored; empty until then.</summary>
    public Guid Uuid { get; init; }

    /// <summary>The message.</summary>
    public string Output { get; init; } = "";

    /// <summary>How urgent it is.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The name of the rule that matched.</summary>
    public required string Rule { get; init; }

    /// <summary>When it happened, as the sender says.</summary>
    public required AlertTime Time { get; init; }

    /// <summary>The values of the fields that the rule's output names, and what was added on the way.</summary>
    public AlertFields OutputFields { get; init; } = AlertFields.Empty;

    /// <summary>Where the event came from: <c>syscall</c>, <c>k8s_audit</c> …; empty when the sender gave none.</summary>
    public string Source { get; init; } = "";

    /// <summary>The rule's tags, sorted by their UTF-8 bytes.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The machine that sent it; empty when the sender gave none.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Top-level keys that this version does not know (<c>message</c> …), as they came, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, FieldValue>> Unknown { get; init; } = [];
}
