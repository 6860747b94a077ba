namespace Saker.Templates;

/// <summary>What one rendering may still use. Going over is a fault of the template on this data.</summary>
internal sealed class Budget(TemplateLimits limits)
{
    private int steps = limits.Steps;
    private int work = limits.WorkBytes;
    private int depth;

    public int OutputBytes => limits.OutputBytes;

    public void Step()
    {
        if (--steps < 0)
        {
            throw new TemplateFault($"more than {limits.Steps} steps");
        }
    }

    /// <summary>Charges the bytes that a function made.</summary>
    public void Work(int bytes)
    {
        if (bytes > work)
        {
            throw new TemplateFault($"functions made more than {limits.WorkBytes} bytes");
        }

        work -= bytes;
    }

    public void Enter()
    {
        if (++depth > limits.Depth)
        {
            throw new TemplateFault($"nested deeper than {limits.Depth}");
        }
    }

    public void Leave() => depth--;
}
