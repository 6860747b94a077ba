using Saker.Router.Configuration;

namespace Saker.DocGen;

/// <summary>Every generated file: path below the project's root, and content.</summary>
internal static class GeneratedFiles
{
    /// <summary>Folders that hold generated files only.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["docs/reference/outputs", "config/examples", "config/schema"];

    public static SortedDictionary<string, string> All()
    {
        var catalogue = OutputCatalogue.Default;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["docs/reference/router-configuration.md"] = ReferencePages.Router(),
            ["docs/reference/metrics.md"] = ReferencePages.Metrics(),
            ["docs/reference/environment.md"] = ReferencePages.Environment(catalogue),
            ["config/schema/router.schema.json"] = SchemaFile.Write(catalogue),
        };
        foreach (var output in catalogue.All)
        {
            files[$"docs/reference/outputs/{output.Descriptor.Type}.md"] = ReferencePages.Output(output);
            files[$"config/examples/{output.Descriptor.Type}.yaml"] = ExampleFile.Write(output);
        }

        return files;
    }
}
