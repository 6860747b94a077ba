using Saker.Templates;

namespace Saker.Outputs.Http;

/// <summary>The key <c>messageformat</c>, which several chat outputs have.</summary>
internal static class MessageFormat
{
    /// <summary>The compiled template, or nothing for an empty text. Under strict compatibility a broken one is left out, as recorded.</summary>
    /// <exception cref="OutputConfigurationException">The text is no template; the message has the position.</exception>
    public static Template? Compile(string text, OutputContext context)
    {
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            return Template.Parse(context.Name, text);
        }
        catch (TemplateException fault)
        {
            return context.Strict
                ? null
                : throw new OutputConfigurationException("messageformat", $"This is no template: line {fault.Line}, column {fault.Column}: {fault.Reason}.");
        }
    }
}
