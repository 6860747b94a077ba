using System.Text;
using Saker.Conditions.Values;
using Saker.Detector.Events;

namespace Saker.Detector.Kubernetes;

/// <summary>Labels of an object as fields read them: texts at fixed addresses, put together once. Immutable.</summary>
internal sealed class Labels
{
    private readonly List<(byte[] Key, byte[] Value)> labels;

    /// <param name="labels">The labels, sorted by key.</param>
    public Labels(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        Pairs = labels;
        this.labels = [.. labels.Select(static label => (Encoding.UTF8.GetBytes(label.Key), PinnedBytes.Of(label.Value)))];
        var texts = labels.Select(static label => $"{label.Key}:{label.Value}").ToList();
        Text = PinnedBytes.Of(string.Join(", ", texts));
        List = PackedTexts.Of([.. texts.Select(Encoding.UTF8.GetBytes)]);
    }

    /// <summary>No labels.</summary>
    public static Labels None { get; } = new([]);

    /// <summary>The labels, sorted by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>All labels, <c>key:value</c>, by a comma and a blank.</summary>
    public byte[] Text { get; }

    /// <summary>The same as a packed list.</summary>
    public byte[] List { get; }

    /// <summary>The value of a label; null when there is none.</summary>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        foreach (var (name, value) in labels)
        {
            if (key.SequenceEqual(name))
            {
                return value;
            }
        }

        return null;
    }
}

/// <summary>Texts as a list value has them.</summary>
internal static class PackedTexts
{
    /// <summary>The texts, packed, at a fixed address.</summary>
    public static byte[] Of(IReadOnlyList<byte[]> texts)
    {
        var buffer = new byte[texts.Sum(static text => sizeof(int) + text.Length)];
        var writer = new ValueListWriter(buffer);
        foreach (var text in texts)
        {
            writer.Add(text);
        }

        return PinnedBytes.Of(writer.Packed);
    }
}
