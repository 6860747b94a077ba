using Saker.Alerts;
using Saker.Templates;

namespace Saker.Outputs.Rendering;

/// <summary>The key <c>messageformat</c>, which several chat outputs have.</summary>
public sealed class MessageFormat
{
    private const string Key = "messageformat";

    private readonly Template template;
    private readonly Action<string, string> fails;

    private MessageFormat(Template template, Action<string, string> fails) => (this.template, this.fails) = (template, fails);

    /// <summary>The compiled template, or nothing for an empty text. Under strict compatibility a broken one is left out, as recorded.</summary>
    /// <exception cref="OutputConfigurationException">The text is no template, or asks for what no alert has; the message has the position.</exception>
    public static MessageFormat? Compile(string text, OutputContext context)
    {
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            var template = Template.Parse(context.Name, text);
            if (!context.Strict)
            {
                Check(template);
            }

            return new MessageFormat(template, context.OptionFails);
        }
        catch (TemplateException fault)
        {
            return context.Strict
                ? null
                : throw new OutputConfigurationException(Key, $"This is no template: line {fault.Line}, column {fault.Column}: {fault.Reason}.");
        }
    }

    /// <summary>The text for an alert. A template that does not fit it must not hold it back: then there is none, and the router is told.</summary>
    public string Render(Alert alert)
    {
        try
        {
            return template.Render(TemplateData.From(alert));
        }
        catch (TemplateException fault)
        {
            fails(Key, fault.Message);
            return "";
        }
    }

    private static void Check(Template template)
    {
        foreach (var (name, line, column) in template.FieldsOfData())
        {
            if (!TemplateData.AlertMembers.Contains(name))
            {
                throw new OutputConfigurationException(
                    Key,
                    $"Line {line}, column {column}: an alert has no field '{name}'; it has {string.Join(", ", TemplateData.AlertMembers.Take(9))}. Fields of the event: {{{{ index .OutputFields \"proc.name\" }}}}.");
            }
        }
    }
}
