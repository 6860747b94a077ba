using Saker.Alerts;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>Where an alert stands with one output.</summary>
internal enum PendingState : byte
{
    /// <summary>Not delivered yet.</summary>
    Pending,

    /// <summary>The destination has it.</summary>
    Delivered,

    /// <summary>The output has nothing to send for it.</summary>
    Skipped,

    /// <summary>The destination refused it for good.</summary>
    Rejected,

    /// <summary>It failed too often while others came through, or for too long.</summary>
    Exhausted,

    /// <summary>The output threw something unexpected too often, while others came through.</summary>
    Faulted,

    /// <summary>The instance was cut loose from its backlog.</summary>
    CutLoose,
}

/// <summary>One alert on its way to one output.</summary>
internal sealed class PendingAlert(LogRecord record, Alert alert)
{
    public LogRecord Record { get; } = record;

    public Alert Alert { get; } = alert;

    public PendingState State { get; set; }

    /// <summary>Failed attempts.</summary>
    public int Failures { get; set; }

    /// <summary>Attempts that ended in an unexpected exception.</summary>
    public int Unexpected { get; set; }

    /// <summary>Refusals for what is configured before which, since the last one, others had got through.</summary>
    public int RefusedAlone { get; set; }

    /// <summary>Deliveries of the instance when this alert first failed: more since then means that others come through.</summary>
    public long DeliveredBefore { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Gives it up as refused: others get through, and it does not.</summary>
    public void GiveUp() => State = Unexpected > 0 ? PendingState.Faulted : PendingState.Rejected;

    /// <summary>True once the cursor may pass it.</summary>
    public bool IsDone { get; set; }
}
