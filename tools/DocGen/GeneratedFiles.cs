using Saker.DocGen.Pictures;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.DocGen;

/// <summary>Every generated file: path below the project's root, and content.</summary>
internal static class GeneratedFiles
{
    /// <summary>Folders that hold generated files only.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["docs/reference/outputs", PictureList.Folder, "config/examples", "config/schema"];

    // For 'saker-router outputs describe': the sentences of the options, which a program does not know of itself.
    private static string OutputTexts(OutputCatalogue catalogue) => string.Concat(
        catalogue.All.SelectMany(static output => VariableTable.Of(OptionSchema.For(output.OptionsType), output.Descriptor.Type))
            .Concat(catalogue.Groups.SelectMany(static group => VariableTable.Of(OptionSchema.For(group.OptionsType), group.Name)))
            .Select(static row => $"{row.Path}\t{Prose.Of(row.Key.Property)}\n"));

    public static async Task<SortedDictionary<string, string>> AllAsync()
    {
        var catalogue = OutputCatalogue.Default;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["docs/reference/router-configuration.md"] = ReferencePages.Router(),
            ["docs/reference/commands.md"] = CommandPage.Router(),
            ["docs/reference/detector-commands.md"] = CommandPage.Detector(),
            ["docs/reference/detector-configuration.md"] = DetectorReference.Page(),
            ["docs/reference/detector-fields.md"] = FieldPage.Write(),
            ["config/schema/detector.schema.json"] = DetectorReference.Schema(),
            ["docs/reference/metrics.md"] = ReferencePages.Metrics(),
            ["docs/reference/environment.md"] = ReferencePages.Environment(catalogue),
            ["docs/reference/openapi.json"] = await ApiDescription.WriteAsync(),
            ["config/schema/router.schema.json"] = SchemaFile.Write(catalogue),
            ["src/Router/Configuration/output-texts.tsv"] = OutputTexts(catalogue),
        };
        foreach (var output in catalogue.All)
        {
            files[$"docs/reference/outputs/{output.Descriptor.Type}.md"] = ReferencePages.Output(output);
            files[$"config/examples/{output.Descriptor.Type}.yaml"] = ExampleFile.Write(output);
            if (PictureList.Of(output) is { } picture)
            {
                files[picture.File] = await picture.DrawAsync(output);
            }
        }

        return files;
    }
}
