using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Source;

namespace Saker.Conditions.Compilation;

/// <summary>Compiles fields and transformers that stand in other texts: in outputs, in exceptions. The grammar is that of conditions.</summary>
/// <param name="catalogue">The fields.</param>
/// <param name="forOutput">Whether they are to be printed; some fields are for conditions only.</param>
public sealed class OperandCompiler(IFieldCatalogue catalogue, bool forOutput = true)
{
    private readonly OperandBinder binder = new(catalogue, ConditionOptions.Default);

    /// <summary>Compiles the longest field or transformer that starts at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The place.</param>
    /// <param name="error">What is wrong with its longest form, when the result is null.</param>
    public CompiledOperand? CompileLongest(string text, int start, out ConditionError? error)
    {
        var errors = new List<ConditionError>();
        foreach (var form in OperandParser.ReadForms(new SourceText(text), start, errors))
        {
            if (Compile(form, errors) is { } compiled)
            {
                error = null;
                return compiled;
            }
        }

        error = errors.Count > 0 ? errors[0] : Missing(text, start);
        return null;
    }

    /// <summary>Compiles a text that is a field or a transformer and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">What is wrong, when the result is null.</param>
    public CompiledOperand? CompileWhole(string text, out ConditionError? error)
    {
        var errors = new List<ConditionError>();
        var longest = OperandParser.ReadForms(new SourceText(text), 0, errors).FirstOrDefault();
        var compiled = longest is null ? null : Compile(longest, errors);
        if (compiled is not null && compiled.Length < text.Length)
        {
            errors.Add(new ConditionError(
                ConditionErrorKind.Syntax, new SourceRange(new SourceText(text), compiled.Length, text.Length - compiled.Length), 0,
                $"'{text}' is more than a field"));
        }

        error = errors.Count > 0 ? errors[0] : compiled is null ? Missing(text, 0) : null;
        return error is null ? compiled : null;
    }

    private CompiledOperand? Compile(Operand form, List<ConditionError> errors) =>
        binder.Bind(form, forOutput ? OperandPlace.Output : OperandPlace.Left, form.Range.Start, errors) is { } typed ? new CompiledOperand(form, typed) : null;

    private static ConditionError Missing(string text, int start) =>
        new(ConditionErrorKind.Syntax, new SourceRange(new SourceText(text), start, 0), start, "a field or a transformer is needed here");
}
