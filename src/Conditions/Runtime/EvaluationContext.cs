using Saker.Conditions.Fields;
using Saker.Conditions.Values;

namespace Saker.Conditions.Runtime;

/// <summary>
/// What a compiled condition reads from: one per worker, reused from event to event. It keeps what was read or evaluated
/// once per event; nothing is static, so that workers never meet.
/// </summary>
public abstract class EvaluationContext
{
    private sbyte[] verdicts = [];
    private ushort[] verdictStamps = [];
    private ushort stamp = 1; // short, and started anew after 65,535 events

    /// <summary>The value of a field in the present event; <see cref="ValueKind.None"/> when it is absent.</summary>
    public abstract Value Read(FieldReference field);

    /// <summary>Forgets what was remembered of the last event. To be called before each event.</summary>
    protected void NextEvent()
    {
        if (++stamp != 0)
        {
            return;
        }

        Array.Clear(verdictStamps);
        stamp = 1;
    }

    /// <summary>The verdict of a shared condition (a macro), when it was already evaluated for this event.</summary>
    public bool TryRecall(int shared, out bool verdict)
    {
        if ((uint)shared < (uint)verdictStamps.Length && verdictStamps[shared] == stamp)
        {
            verdict = verdicts[shared] != 0;
            return true;
        }

        verdict = false;
        return false;
    }

    /// <summary>Remembers the verdict of a shared condition until the next event.</summary>
    public void Remember(int shared, bool verdict)
    {
        if (shared >= verdictStamps.Length)
        {
            var size = Math.Max(64, shared * 2);
            Array.Resize(ref verdictStamps, size);
            Array.Resize(ref verdicts, size);
        }

        verdictStamps[shared] = stamp;
        verdicts[shared] = verdict ? (sbyte)1 : (sbyte)0;
    }
}
