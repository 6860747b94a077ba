using Saker.Outputs;

namespace Saker.DocGen;

/// <summary>What a person wrote about an output, beside its sources, merged into its page.</summary>
internal static class Notes
{
    private static readonly string FileName = Path.ChangeExtension("notes", "md");

    /// <summary>The text; null where there is none.</summary>
    public static string? Of(OutputRegistration output)
    {
        // Saker.Outputs.Http.Slack is src/Outputs/Outputs.Http/Slack.
        var parts = output.OptionsType.Namespace!.Split('.');
        var file = Path.Combine([ProjectRoot.Find(), "src", "Outputs", $"Outputs.{parts[2]}", .. parts[3..], FileName]);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }
}
