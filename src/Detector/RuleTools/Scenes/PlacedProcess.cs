namespace Saker.Detector.RuleTools.Scenes;

/// <summary>A process of a scene, and its descriptors as far as the scene counts them.</summary>
/// <param name="tid">The id.</param>
/// <param name="looks">How it was described.</param>
/// <param name="parent">The parent; null for one that nobody knows.</param>
internal sealed class PlacedProcess(long tid, SceneProcess looks, PlacedProcess? parent)
{
    private const long FirstDescriptor = 3;

    /// <summary>The id.</summary>
    public long Tid => tid;

    /// <summary>The parent; null for one that nobody knows.</summary>
    public PlacedProcess? Parent => parent;

    /// <summary>How it was described last.</summary>
    public SceneProcess Looks { get; set; } = looks;

    /// <summary>The descriptor that the next open gets.</summary>
    public long NextDescriptor { get; private set; } = FirstDescriptor;

    /// <summary>The descriptor that was opened last; -1 for none.</summary>
    public long LastDescriptor { get; private set; } = -1;

    /// <summary>Whether that is one that can be connected, as far as the scene knows.</summary>
    public bool IsLastSocket { get; private set; }

    /// <summary>Descriptors that were described, by what was said of them.</summary>
    public Dictionary<string, long> Described { get; } = new(StringComparer.Ordinal);

    /// <summary>A descriptor was opened, or is what the next events are about.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="isSocket">Whether it can be connected.</param>
    public void Opened(long number, bool isSocket = false)
    {
        IsLastSocket = isSocket;
        LastDescriptor = number;
        NextDescriptor = Math.Max(NextDescriptor, number + 1);
    }
}
