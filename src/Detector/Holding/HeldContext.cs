using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Fields;
using Saker.Detector.State;

namespace Saker.Detector.Holding;

/// <summary>
/// A held event as conditions and outputs read it: what a runtime was asked for as it is known by now, all else as it was when the
/// event happened.
/// </summary>
/// <param name="state">The state, for its containers.</param>
internal sealed class HeldContext(MachineState state) : AlertContext, IDisposable
{
    // Readers of fields that are asked for need no more of an event than its container and user.
    private readonly EventContext container = new();
    private readonly Dictionary<(int Slot, bool IsShown), int> places = [];
    private HeldEvent held = null!;

    /// <inheritdoc/>
    public override ulong Timestamp => held.Timestamp;

    /// <summary>Sets the event.</summary>
    public void Set(HeldEvent next)
    {
        NextEvent();
        held = next;
        container.SetContainer(state, next.Container!, next.Uid, next.Gid);
        places.Clear();
        for (var i = 0; i < next.Values.Count; i++)
        {
            places[(next.Values[i].Slot, next.Values[i].IsShown)] = i;
        }
    }

    /// <inheritdoc/>
    public override Value Read(FieldReference field) => Read(field, isShown: false);

    /// <inheritdoc/>
    public override Value ReadShown(FieldReference field) => Read(field, isShown: true);

    public void Dispose() => container.Dispose();

    private Value Read(FieldReference field, bool isShown)
    {
        if (!ContainerFields.IsAsked(field.Definition.Name))
        {
            return places.TryGetValue((field.Slot, isShown), out var place) ? held.ValueOf(held.Values[place]) : Value.None;
        }

        return container.Read(field);
    }
}
