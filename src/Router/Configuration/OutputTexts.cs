namespace Saker.Router.Configuration;

/// <summary>What each key of an output means, as the reference pages say it: tools/DocGen writes the file from the option records.</summary>
internal static class OutputTexts
{
    private const string Resource = "Saker.Router.Configuration.output-texts.tsv";

    private static readonly Lazy<Dictionary<string, string>> Texts = new(Read);

    /// <summary>The sentences about a key; empty for one that has none.</summary>
    /// <param name="path">Type and key: <c>slack.webhookurl</c>.</param>
    public static string Of(string path) => Texts.Value.GetValueOrDefault(path) ?? "";

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(OutputTexts).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        using var reader = new StreamReader(stream);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            texts.Add(line[..tab], line[(tab + 1)..]);
        }

        return texts;
    }
}
