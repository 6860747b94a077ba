namespace Saker.Outputs;

/// <summary>How many alerts an instance takes in one attempt. Whatever is reached first ends the batch.</summary>
/// <param name="Count">Alerts.</param>
/// <param name="Bytes">Bytes of the alerts as they are stored; what the output makes of them may be more or less.</param>
/// <param name="Linger">How long the first alert of a batch may wait for others; zero takes what is there.</param>
public readonly record struct BatchLimits(int Count, long Bytes = long.MaxValue, TimeSpan Linger = default)
{
    /// <summary>One alert at a time.</summary>
    public static BatchLimits One => new(1);
}
