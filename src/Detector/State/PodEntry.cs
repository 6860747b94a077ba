using System.Text;
using Saker.Detector.Kubernetes;

namespace Saker.Detector.State;

/// <summary>
/// A pod that containers of this machine belong to. They hold it; what is learnt of it is there for all of them at once. Only the
/// state's writer changes it, between two events.
/// </summary>
/// <param name="uid">The pod's uid, as its cgroups have it.</param>
internal sealed class PodEntry(string uid)
{
    /// <summary>The pod's uid, as its cgroups have it.</summary>
    public string Uid => uid;

    /// <summary>What is known of it; null while nothing is.</summary>
    public PodFacts? Facts { get; private set; }

    /// <summary>How far the question is.</summary>
    public PodKnowledge Knowledge { get; set; }

    /// <summary>Whether an answer may still come in time.</summary>
    public bool IsPending => Knowledge == PodKnowledge.Asked;

    /// <summary>Takes what the server said, or why it has not.</summary>
    /// <param name="facts">What it said; null for nothing new.</param>
    /// <param name="knowledge">How far the question is by that.</param>
    public void Learn(PodFacts? facts, PodKnowledge knowledge)
    {
        Facts = facts ?? Facts;
        Knowledge = knowledge;
    }
}

/// <summary>
/// The pods that containers of this machine belong to, by uid. One writer. Bounded: when it is full, those that nobody knows make room.
/// Empty while nobody asks for pods.
/// </summary>
/// <param name="limit">Pods that are kept at most.</param>
internal sealed class PodTable(int limit = PodTable.MaxPods)
{
    /// <summary>Pods that are kept at most when nobody says otherwise.</summary>
    public const int MaxPods = 4000;

    private const int MaxUidBytes = 64;

    private readonly Dictionary<string, PodEntry> entries = new(StringComparer.Ordinal);

    /// <summary>Asks the API server for a pod; null where it is not asked.</summary>
    public Action<PodEntry>? Ask { get; set; }

    /// <summary>Pods in the table.</summary>
    public int Count => entries.Count;

    /// <summary>Pods that were not kept because the table was full.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The pod of that uid, which is asked for when it is new or was not yet; null where nobody asks for pods, and when there is no room.</summary>
    public PodEntry? Of(ReadOnlySpan<byte> uid)
    {
        if (Ask is null || uid.Length is 0 or > MaxUidBytes)
        {
            return null;
        }

        Span<char> text = stackalloc char[MaxUidBytes];
        var key = text[..Encoding.Latin1.GetChars(uid, text)];
        if (!entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var pod))
        {
            if (!MakeRoom())
            {
                LeftOut++;
                return null;
            }

            pod = new PodEntry(key.ToString());
            entries.Add(pod.Uid, pod);
        }

        AskAgain(pod);
        return pod;
    }

    /// <summary>Asks for a pod that was not asked for, since too many were being.</summary>
    public void AskAgain(PodEntry pod)
    {
        if (pod.Knowledge == PodKnowledge.Unasked)
        {
            Ask?.Invoke(pod);
        }
    }

    /// <summary>The pod of that uid; null when it is not known.</summary>
    public PodEntry? Find(string uid) => entries.GetValueOrDefault(uid);

    /// <summary>A pod is gone. Its containers keep what is known of it.</summary>
    public void Remove(string uid) => entries.Remove(uid);

    /// <summary>Forgets all pods.</summary>
    public void Clear() => entries.Clear();

    private bool MakeRoom()
    {
        if (entries.Count < limit)
        {
            return true;
        }

        foreach (var (uid, pod) in entries)
        {
            if (pod.Facts is null)
            {
                entries.Remove(uid);
            }
        }

        return entries.Count < limit;
    }
}
