using Saker.Templates.Execution;
using Saker.Templates.Parsing;
using Saker.Templates.Values;

namespace Saker.Templates;

/// <summary>
/// A template in the language of Go's <c>text/template</c> (https://pkg.go.dev/text/template), as Falcosidekick's users write it
/// in <c>messageformat</c> and <c>templatedfields</c>. Immutable: one instance serves all threads.
/// </summary>
public sealed class Template
{
    private readonly string name;
    private readonly string text;
    private readonly TemplateSet set;

    private Template(string name, string text, TemplateSet set)
    {
        this.name = name;
        this.text = text;
        this.set = set;
    }

    /// <summary>Compiles a template.</summary>
    /// <param name="name">Name for errors, such as the configuration key.</param>
    /// <param name="text">The template.</param>
    /// <exception cref="TemplateException">The text is no template; the exception has the position.</exception>
    public static Template Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return new Template(name, text, Parser.Parse(text, Builtins.Knows));
        }
        catch (ParseFault fault)
        {
            var (line, column) = SourcePosition.Of(text, fault.Position);
            throw new TemplateException(TemplateStage.Parse, name, line, column, fault.Message);
        }
    }

    /// <summary>The fields that are asked of the data itself, with line and column of each; those of a dot that <c>with</c>, <c>range</c> or a call has changed are not known.</summary>
    public IEnumerable<(string Name, int Line, int Column)> FieldsOfData()
    {
        foreach (var (field, position) in DotFields.Of(set))
        {
            var (line, column) = SourcePosition.Of(text, position);
            yield return (field, line, column);
        }
    }

    /// <summary>Renders the template over <paramref name="data"/>, which becomes the dot.</summary>
    /// <exception cref="TemplateException">The template does not fit the data, or a limit was reached.</exception>
    public string Render(TemplateValue data, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var executor = new Executor(set, limits ?? TemplateLimits.Default);
        try
        {
            executor.Run(data);
        }
        catch (TemplateFault fault)
        {
            var (line, column) = SourcePosition.Of(text, executor.Position);
            throw new TemplateException(TemplateStage.Execute, name, line, column, fault.Message, executor.Output);
        }

        return executor.Output;
    }
}
