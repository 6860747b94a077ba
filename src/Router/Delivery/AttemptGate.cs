namespace Saker.Router.Delivery;

/// <summary>Lets attempts begin until it is closed, and knows when those under way have ended.</summary>
internal sealed class AttemptGate
{
    private readonly Lock turn = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool isClosed;

    /// <summary>False once it is closed; otherwise <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        lock (turn)
        {
            if (isClosed)
            {
                return false;
            }

            running++;
            return true;
        }
    }

    public void Leave()
    {
        lock (turn)
        {
            running--;
            EndIfIdle();
        }
    }

    /// <summary>Lets nothing in any more; completes when everything has left.</summary>
    public Task CloseAsync()
    {
        lock (turn)
        {
            isClosed = true;
            EndIfIdle();
        }

        return idle.Task;
    }

    private void EndIfIdle()
    {
        if (isClosed && running == 0)
        {
            idle.TrySetResult();
        }
    }
}
