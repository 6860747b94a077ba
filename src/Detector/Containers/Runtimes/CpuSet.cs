using System.Globalization;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Lists of CPUs as the kernel writes them: <c>1-4,7</c>.</summary>
internal static class CpuSet
{
    /// <summary>How many CPUs the list names; 0 for none and for what is no such list.</summary>
    public static int Count(string list)
    {
        var count = 0L;
        foreach (var range in list.AsSpan().Split(','))
        {
            var text = list.AsSpan()[range].Trim();
            var dash = text.IndexOf('-');
            if (!TryRead(dash < 0 ? text : text[..dash], out var first) || !TryRead(dash < 0 ? text : text[(dash + 1)..], out var last) || last < first)
            {
                return 0;
            }

            count += last - first + 1L;
        }

        return (int)Math.Min(count, int.MaxValue);
    }

    private static bool TryRead(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
