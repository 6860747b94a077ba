using System.Globalization;
using System.IO.Compression;

namespace Saker.Testing;

/// <summary>Conditions, and for each the numbers of the events that Falco matched, as <c>tests/Data/falco/expected</c> holds them, or Falco's own captures have them outside.</summary>
public static class RecordedMatches
{
    /// <summary>The conditions of a list (<c>conditions.tsv</c>, <c>conditions-live.tsv</c>) by their ids, in its order.</summary>
    public static IReadOnlyList<(string Id, string Text)> Conditions(string list) =>
        [.. RecordedData.Lines("falco", "expected", "conditions", list).Skip(1)
            .Select(static line => line.Split('\t', 2)).Select(static parts => (parts[0], parts[1]))];

    /// <summary>What Falco matched in a capture: event numbers by the condition's id.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<long>> Of(string capture)
    {
        var result = new Dictionary<string, IReadOnlySet<long>>();
        foreach (var line in Lines("conditions", capture + ".tsv.gz").Skip(1))
        {
            var parts = line.Split('\t');
            var numbers = new HashSet<long>();
            foreach (var range in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                long[] ends = [.. range.Split('-').Select(static number => long.Parse(number, CultureInfo.InvariantCulture))];
                for (var number = ends[0]; number <= ends[^1]; number++)
                {
                    numbers.Add(number);
                }
            }

            result[parts[0]] = numbers;
        }

        return result;
    }

    /// <summary>The lines of a compressed file in a folder of the expected results.</summary>
    public static IEnumerable<string> Lines(string folder, string file)
    {
        // What Falco makes of its own captures lies beside them.
        var path = file.StartsWith("live-", StringComparison.Ordinal)
            ? RecordedData.Path("falco", "expected", folder, file)
            : SharedData.Path("falco", "expected", folder, file);
        using var stream = File.OpenRead(path);
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
