using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Templates.Values;
using Saker.Templates;

namespace Saker.Router.Enrichment;

/// <summary>
/// The <c>templatedfields</c> of the configuration: each is rendered over the alert's fields, in the order of the configuration, and sees
/// the ones before it. A field whose rendering fails keeps the part that was written, as in Falcosidekick.
/// </summary>
internal sealed class TemplatedFields
{
    private readonly List<(string Name, Template Template)> fields = [];

    private readonly Action<string, string> fails;

    private TemplatedFields(Action<string, string> fails) => this.fails = fails;

    /// <summary>Compiles the templates.</summary>
    /// <param name="templates">Their texts by their names.</param>
    /// <param name="fault">Gets name and sentence of those that are no templates.</param>
    /// <param name="fails">Gets name and sentence of one that fails on an alert, each time.</param>
    public static TemplatedFields Compile(IReadOnlyDictionary<string, string> templates, Action<string, string> fault, Action<string, string> fails)
    {
        var compiled = new TemplatedFields(fails);
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

    /// <summary>
    /// Tells of templates that ask for a field of the alert, as those of messages do. Their data is the alert's <c>output_fields</c>
    /// themselves, which never have such a field, unless the configuration adds it.
    /// </summary>
    public void Check(IEnumerable<string> added, Action<string, string> fault)
    {
        var present = added.Concat(fields.Select(static field => field.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, template) in fields)
        {
            foreach (var (asked, line, column) in template.FieldsOfData())
            {
                if (TemplateData.AlertMembers.Contains(asked) && !present.Contains(asked))
                {
                    fault(name, $"line {line}, column {column}: '.{asked}' is nothing here. The data of a templated field are the fields of the event themselves: write {{{{ index . \"proc.name\" }}}}.");
                    break;
                }
            }
        }
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
            rendered.Add(new(name, FieldValue.Text(Render(name, template, TemplateData.From(fields)))));
            fields = fields.With(rendered);
        }

        return rendered;
    }

    private string Render(string name, Template template, TemplateValue data)
    {
        try
        {
            return template.Render(data);
        }
        catch (TemplateException exception)
        {
            fails(name, exception.Message);
            return exception.PartialOutput;
        }
    }
}
