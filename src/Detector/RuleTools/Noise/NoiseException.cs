using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;

namespace Saker.Detector.RuleTools.Noise;

/// <summary>An exception that would silence what makes most of a rule's noise.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Name">The exception's name.</param>
/// <param name="Values">Fields and their values; an alert that has all of them is excepted.</param>
internal sealed record NoiseException(string Rule, string Name, IReadOnlyList<(FieldReference Field, string Value)> Values)
{
    private static readonly JsonSerializerOptions quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The exception as a rule file that is loaded after the rule's own.</summary>
    public string Yaml => new StringBuilder()
        .Append("- rule: ").Append(Quoted(Rule)).Append('\n')
        .Append("  exceptions:\n")
        .Append("    - name: ").Append(Name).Append('\n')
        .Append("      fields: [").AppendJoin(", ", Values.Select(static pair => Plain(pair.Field.Text))).Append("]\n")
        .Append("      comps: [").AppendJoin(", ", Values.Select(static _ => "=")).Append("]\n")
        .Append("      values:\n")
        .Append("        - [").AppendJoin(", ", Values.Select(static pair => Quoted(ConditionPrinter.PrintValue(pair.Value)))).Append("]\n")
        .Append("  override:\n")
        .Append("    exceptions: append\n")
        .ToString();

    // What JSON writes as a text, YAML reads as that text.
    private static string Quoted(string text) => JsonSerializer.Serialize(text, quoting);

    // A field with an argument has brackets, which end a list.
    private static string Plain(string field) => field.Contains('[', StringComparison.Ordinal) ? Quoted(field) : field;
}
