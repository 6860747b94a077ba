using Saker.Testing;

namespace Saker.Outputs.Tests;

/// <summary>The recorded configurations of an output.</summary>
internal static class RecordedVariants
{
    public static TheoryData<string> Of(string type) =>
        [.. Directory.EnumerateFiles(RecordedData.Path("sidekick", "outputs", type)).Select(static file => Path.GetFileName(file).Split('.')[0]).Order(StringComparer.Ordinal)];
}
