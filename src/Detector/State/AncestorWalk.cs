namespace Saker.Detector.State;

/// <summary>
/// Walks from a process to its parent, to its parent's parent, and so on to the end, however far that is. A table that leads
/// back to where the walk was, as a hostile capture may make one, ends it too.
/// </summary>
internal struct AncestorWalk(ThreadTable threads, ThreadInfo thread)
{
    // Brent's way: the mark jumps to where the walk is after 1, 2, 4, 8 … steps; in a loop the walk comes to the mark again.
    private ThreadInfo mark = thread.Leader;
    private long steps;
    private long untilJump = 1;

    /// <summary>The process that the walk has come to; at first the one that it starts from.</summary>
    public ThreadInfo Current { get; private set; } = thread.Leader;

    /// <summary>Steps to the parent of <see cref="Current"/>; false when it has none that is known.</summary>
    public bool MoveNext()
    {
        if (threads.ParentOf(Current)?.Leader is not { } next || ReferenceEquals(next, mark))
        {
            return false;
        }

        Current = next;
        if (++steps == untilJump)
        {
            mark = next;
            untilJump *= 2;
            steps = 0;
        }

        return true;
    }
}
