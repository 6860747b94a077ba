using Saker.Alerts;
using Saker.Templates;

namespace Saker.Outputs.Rendering;

/// <summary>Values of fields as Go prints them, which Falcosidekick's texts show: lists as <c>[a 1 &lt;nil&gt;]</c>, objects as <c>map[k:v]</c>.</summary>
public static class GoText
{
    private const string Name = "x";

    private static readonly Template Print = Template.Parse("value", $"{{{{ .{Name} }}}}");

    /// <summary>A value as Go prints it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="whenNull">What stands for null, which differs between Go's texts.</param>
    public static string Of(FieldValue value, string whenNull)
    {
        if (value.Kind != FieldKind.Json)
        {
            return value.Kind == FieldKind.Null ? whenNull : value.ToString();
        }

        try
        {
            return Print.Render(TemplateData.From(AlertFields.From([new(Name, value)])));
        }
        catch (TemplateException)
        {
            return value.Raw!; // larger than templates may print
        }
    }
}
