namespace Saker.Detector.State;

/// <summary>
/// When a container's lists of users are read: for a user who was not looked for lately at once, for one whom the lists did not have
/// after a while, and never more often than a few times in a while, whatever runs in the container.
/// </summary>
internal sealed class UserReads
{
    /// <summary>Readings in a while at most.</summary>
    public const int AtMost = 8;

    // Nanoseconds: until the lists could be read once, and afterwards.
    private const ulong FirstWhile = 1_000_000_000;
    private const ulong LaterWhile = 5_000_000_000;

    private readonly List<uint> absent = new(AtMost);
    private ulong since;
    private int begun;
    private uint wanted;

    /// <summary>Begins a reading, if it is time for one.</summary>
    /// <param name="uid">Who is looked for.</param>
    /// <param name="isFirst">Whether the lists could not be read yet.</param>
    /// <param name="time">The time, nanoseconds since 1970.</param>
    public bool TryBegin(uint uid, bool isFirst, ulong time)
    {
        if (time - since >= (isFirst ? FirstWhile : LaterWhile))
        {
            (since, begun) = (time, 0);
            absent.Clear();
        }

        if (begun == AtMost || absent.Contains(uid))
        {
            return false;
        }

        wanted = uid;
        begun++;
        return true;
    }

    /// <summary>The lists were read; who was looked for is in them, or will not be for a while.</summary>
    public void End() => absent.Add(wanted);

    /// <summary>The reading came too early, or could not be asked for: it counts for nothing.</summary>
    public void Forget() => begun--;
}
