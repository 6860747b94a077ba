using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Templates;

namespace Saker.Router.Enrichment;

/// <summary>
/// The <c>templatedfields</c> of the configuration: each is rendered over the alert's fields, in the order of the configuration, and sees
/// the ones before it. A field whose rendering fails keeps the part that was written, as in Falcosidekick.
/// </summary>
internal sealed class TemplatedFields
{
    private readonly List<(string Name, Template Template)> fields = [];

    private TemplatedFields()
    {
    }

    /// <summary>Compiles the templates; those that are none go to <paramref name="fault"/> with name and sentence.</summary>
    public static TemplatedFields Compile(IReadOnlyDictionary<string, string> templates, Action<string, string> fault)
    {
        var compiled = new TemplatedFields();
        foreach (var (name, text) in templates)
        {
            try
            {
                compiled.fields.Add((name, Template.Parse($"templatedfields.{name}", text)));
            }
            catch (TemplateException exception)
            {
                fault(name, exception.Message);
            }
        }

        return compiled;
    }

    /// <summary>The fields to add to an alert that has <paramref name="fields"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, FieldValue>> Render(AlertFields fields)
    {
        if (this.fields.Count == 0)
        {
            return [];
        }

        var rendered = new List<KeyValuePair<string, FieldValue>>(this.fields.Count);
        foreach (var (name, template) in this.fields)
        {
            rendered.Add(new(name, FieldValue.Text(Render(template, TemplateData.From(fields)))));
            fields = fields.With(rendered);
        }

        return rendered;
    }

    private static string Render(Template template, TemplateValue data)
    {
        try
        {
            return template.Render(data);
        }
        catch (TemplateException exception)
        {
            return exception.PartialOutput;
        }
    }
}
