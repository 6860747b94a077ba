using System.Text;

namespace Saker.Detector.Answers;

/// <summary>How much of others' texts is kept: whoever starts containers chooses their names and labels.</summary>
internal static class TextLimits
{
    /// <summary>What texts of one kind have together at most, bytes of UTF-8.</summary>
    public const int TogetherBytes = 64 << 10;

    // A name in a registry has at most 255 characters, a path 4,096.
    private const int Characters = 4096;

    /// <summary>A text, or nothing when it is longer than any that makes sense.</summary>
    public static string Text(string? text) => text is { Length: <= Characters } ? text : "";

    /// <summary>
    /// Labels, sorted by key. One whose value has more than <paramref name="maxLength"/> bytes is left out, as in Falco, and so are those
    /// that do not fit into 64 KiB together.
    /// </summary>
    /// <param name="labels">What is said.</param>
    /// <param name="maxLength">The longest value, bytes of UTF-8.</param>
    /// <param name="added">Labels of ours, which that length does not concern, and which go before one of the same name.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Labels(
        IEnumerable<KeyValuePair<string, string>> labels, int maxLength, IReadOnlyList<KeyValuePair<string, string>>? added = null)
    {
        var chosen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var left = TogetherBytes;
        foreach (var label in added ?? [])
        {
            Add(label, Characters);
        }

        foreach (var label in labels.OrderBy(static label => label.Key, StringComparer.Ordinal))
        {
            Add(label, maxLength);
        }

        return [.. chosen];

        void Add(KeyValuePair<string, string> label, int longest)
        {
            var length = Encoding.UTF8.GetByteCount(label.Value);
            var size = Encoding.UTF8.GetByteCount(label.Key) + length;
            if (label.Key.Length > 0 && length <= longest && size <= left && chosen.TryAdd(label.Key, label.Value))
            {
                left -= size;
            }
        }
    }
}
