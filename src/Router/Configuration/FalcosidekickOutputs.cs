namespace Saker.Router.Configuration;

/// <summary>
/// The outputs of Falcosidekick with the key that switches each of them on. A section of this list that the catalogue does not have
/// is named as missing from this version and not taken for a typing error.
/// </summary>
internal static class FalcosidekickOutputs
{
    private const string Resource = "Saker.Router.Configuration.falcosidekick-outputs.tsv";

    /// <summary>Type (<c>a</c> or <c>group.a</c>) and deciding key.</summary>
    public static IReadOnlyList<(string Type, string DecidingKey)> All { get; } = Read();

    public static bool Contains(string type) => All.Any(output => string.Equals(output.Type, type, StringComparison.OrdinalIgnoreCase));

    private static List<(string Type, string DecidingKey)> Read()
    {
        using var stream = typeof(FalcosidekickOutputs).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        using var reader = new StreamReader(stream);
        var outputs = new List<(string Type, string DecidingKey)>();
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            outputs.Add((line[..tab], line[(tab + 1)..]));
        }

        return outputs;
    }
}
