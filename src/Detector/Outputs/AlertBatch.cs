namespace Saker.Detector.Outputs;

/// <summary>Alerts that are written together, and what became of each. From any thread.</summary>
internal sealed class AlertBatch(IReadOnlyList<AlertLine> alerts)
{
    private readonly Lock gate = new();
    private readonly bool[] settled = new bool[alerts.Count];
    private int written;
    private int refused;
    private string? refusal;

    /// <summary>The alerts.</summary>
    public int Count => alerts.Count;

    /// <summary>Those that are settled from the first on, without a gap.</summary>
    public int SettledPrefix
    {
        get
        {
            lock (gate)
            {
                var open = Array.IndexOf(settled, false);
                return open < 0 ? settled.Length : open;
            }
        }
    }

    /// <summary>Those that are settled behind a gap.</summary>
    public int SettledBeyond
    {
        get
        {
            lock (gate)
            {
                return settled.Count(static done => done) - SettledPrefix;
            }
        }
    }

    /// <summary>An alert.</summary>
    public AlertLine this[int index] => alerts[index];

    /// <summary>The alerts of which nothing is known, in order.</summary>
    public List<int> Open()
    {
        lock (gate)
        {
            return [.. Enumerable.Range(0, settled.Length).Where(index => !settled[index])];
        }
    }

    /// <summary>An alert was written.</summary>
    public void Written(int index) => Settle(index, null);

    /// <summary>An alert will never be written.</summary>
    public void Refused(int index, string reason) => Settle(index, reason);

    /// <summary>What became of alerts since this was asked last: how many were written, how many refused, and why the last of these was.</summary>
    public (int Written, int Refused, string? Reason) TakeNews()
    {
        lock (gate)
        {
            var news = (written, refused, refusal);
            (written, refused, refusal) = (0, 0, null);
            return news;
        }
    }

    private void Settle(int index, string? reason)
    {
        lock (gate)
        {
            if (settled[index])
            {
                return;
            }

            settled[index] = true;
            written += reason is null ? 1 : 0;
            refused += reason is null ? 0 : 1;
            refusal = reason ?? refusal;
        }
    }
}
