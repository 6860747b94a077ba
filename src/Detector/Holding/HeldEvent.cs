using Saker.Conditions.Values;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Holding;

/// <summary>
/// An event that waits for what a runtime or the API server says of its container: the values of all fields that its rules and alerts need, as they
/// were when it happened, and the rules that match or may. Or an alert that is ready, and waits since an earlier one of its process
/// does. Pooled.
/// </summary>
internal sealed class HeldEvent
{
    /// <summary>A buffer that grew beyond this is given back.</summary>
    private const int KeptBytes = 16 * 1024;

    private readonly List<HeldValue> values = [];
    private byte[] bytes = [];
    private int used;

    /// <summary>The process.</summary>
    public long Pid { get; set; }

    /// <summary>The user that the process was.</summary>
    public uint Uid { get; set; }

    /// <summary>The group that the process was of.</summary>
    public uint Gid { get; set; }

    /// <summary>When it happened, nanoseconds since 1970.</summary>
    public ulong Timestamp { get; set; }

    /// <summary>Its number.</summary>
    public long Number { get; set; }

    /// <summary>The container; null for an alert that is ready.</summary>
    public ContainerEntry? Container { get; set; }

    /// <summary>Whether its rules need what the API server knows of the container's pod.</summary>
    public bool NeedsPod { get; set; }

    /// <summary>Whether an answer may still come that its rules need.</summary>
    public bool IsPending => Container is { } container && (container.IsOwnPending || (NeedsPod && container.IsPending));

    /// <summary>When the waiting is over, as the clock counts.</summary>
    public long Deadline { get; set; }

    /// <summary>The rules that match or may.</summary>
    public List<PossibleMatch> Possible { get; } = [];

    /// <summary>An alert that is ready.</summary>
    public AlertLine? Ready { get; set; }

    /// <summary>Bytes that its values take.</summary>
    public int Bytes => used;

    /// <summary>Values as fields had them.</summary>
    public IReadOnlyList<HeldValue> Values => values;

    /// <summary>Keeps a field's value.</summary>
    /// <param name="field">The field.</param>
    /// <param name="isShown">Whether it is the value that an alert shows.</param>
    /// <param name="value">The value, whose bytes are copied.</param>
    public void Keep(DetectorField field, bool isShown, Value value)
    {
        var span = value.AsBytes;
        if (used + span.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(used + span.Length, Math.Max(1024, bytes.Length * 2)));
        }

        span.CopyTo(bytes.AsSpan(used));
        values.Add(new HeldValue(field.Slot, isShown, value.Kind, value.ElementKind, value.AsInt64, used, span.Length));
        used += span.Length;
    }

    /// <summary>A value that was kept.</summary>
    public Value ValueOf(HeldValue kept) => Value.FromParts(kept.Kind, kept.ElementKind, kept.Bits, bytes.AsSpan(kept.Offset, kept.Length));

    /// <summary>Forgets everything, for the next event.</summary>
    public void Reset()
    {
        values.Clear();
        Possible.Clear();
        Container = null;
        Ready = null;
        NeedsPod = false;
        used = 0;
        if (bytes.Length > KeptBytes)
        {
            bytes = [];
        }
    }
}

/// <summary>A field's value in a <see cref="HeldEvent"/>.</summary>
/// <param name="Slot">The field's slot.</param>
/// <param name="IsShown">Whether it is the value that an alert shows.</param>
/// <param name="Kind">What the value is.</param>
/// <param name="ElementKind">What the members of a list are.</param>
/// <param name="Bits">A number or a truth.</param>
/// <param name="Offset">Where its bytes stand.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct HeldValue(int Slot, bool IsShown, ValueKind Kind, ValueKind ElementKind, long Bits, int Offset, int Length);
