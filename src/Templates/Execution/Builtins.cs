using Saker.Templates.Formatting;
using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>A function of the language. <paramref name="Most"/> is its greatest number of arguments, or nothing for any.</summary>
internal sealed record Builtin(int Least, int? Most, Func<Budget, TemplateValue[], TemplateValue> Invoke, ParameterKind First = ParameterKind.Any);

/// <summary>The functions that every template knows. <c>and</c> and <c>or</c> are the evaluator's: they stop early.</summary>
internal static class Builtins
{
    private static readonly Dictionary<string, Builtin> All = new(StringComparer.Ordinal)
    {
        ["and"] = new(1, null, static (_, _) => TemplateValue.Nil),
        ["call"] = new(1, null, static (_, a) => throw new TemplateFault($"error calling call: non-function of type {a[0].TypeName}")),
        ["eq"] = new(1, null, static (_, a) => TemplateValue.From(Comparison.EqualsAny(a[0], a.AsSpan(1)))),
        ["ge"] = new(2, 2, static (_, a) => TemplateValue.From(!Comparison.IsLess(a[0], a[1]))),
        ["gt"] = new(2, 2, static (_, a) => TemplateValue.From(!Comparison.IsLessOrEqual(a[0], a[1]))),
        ["html"] = new(0, null, static (b, a) => Escaped(b, a, Escapes.Html)),
        ["index"] = new(1, null, static (_, a) => Indexing.Index(a[0], a.AsSpan(1))),
        ["js"] = new(0, null, static (b, a) => Escaped(b, a, Escapes.JavaScript)),
        ["le"] = new(2, 2, static (_, a) => TemplateValue.From(Comparison.IsLessOrEqual(a[0], a[1]))),
        ["len"] = new(1, 1, static (_, a) => Indexing.Length(a[0])),
        ["lt"] = new(2, 2, static (_, a) => TemplateValue.From(Comparison.IsLess(a[0], a[1]))),
        ["ne"] = new(2, 2, static (_, a) => TemplateValue.From(!Comparison.AreEqual(a[0], a[1]))),
        ["not"] = new(1, 1, static (_, a) => TemplateValue.From(!a[0].IsTrue)),
        ["or"] = new(1, null, static (_, _) => TemplateValue.Nil),
        ["print"] = new(0, null, static (b, a) => Made(b, output => Print(b, a, output, lines: false))),
        ["printf"] = new(1, null, static (b, a) => Made(b, output => Printf(b, a, output)), ParameterKind.Text),
        ["println"] = new(0, null, static (b, a) => Made(b, output => Print(b, a, output, lines: true))),
        ["slice"] = new(1, null, static (_, a) => Indexing.Slice(a[0], a.AsSpan(1))),
        ["urlquery"] = new(0, null, static (b, a) => Escaped(b, a, Escapes.UrlQuery)),
    };

    private delegate void Escape(ReadOnlySpan<byte> text, ByteBuilder output);

    public static bool Knows(string name) => All.ContainsKey(name);

    public static Builtin Get(string name) => All[name];

    private static StringValue Made(Budget budget, Action<ByteBuilder> write)
    {
        var output = new ByteBuilder(budget.OutputBytes);
        write(output);
        budget.Work(output.Count);
        return new StringValue(output.Written, StringValue.TextType);
    }

    private static void Printf(Budget budget, TemplateValue[] arguments, ByteBuilder output) =>
        new PrintfWriter(((StringValue)arguments[0]).Utf8, arguments.AsMemory(1), output, budget).Write();

    /// <summary>Go's rule: a blank between two operands unless one of them is a text; between all of them for lines.</summary>
    private static void Print(Budget budget, ReadOnlySpan<TemplateValue> operands, ByteBuilder output, bool lines)
    {
        var writer = new ValueWriter(output, budget);
        for (var i = 0; i < operands.Length; i++)
        {
            if (i > 0 && (lines || (operands[i] is not StringValue && operands[i - 1] is not StringValue)))
            {
                output.Append(" "u8);
            }

            writer.WritePlain(operands[i]);
        }

        if (lines)
        {
            output.Append("\n"u8);
        }
    }

    private static StringValue Escaped(Budget budget, TemplateValue[] arguments, Escape escape)
    {
        var shown = Array.ConvertAll(arguments, static a => a.IsNil ? TemplateValue.From(Executor.NoValue) : a);
        var plain = Made(budget, output => Print(budget, shown, output, lines: false));
        return Made(budget, output => escape(plain.Utf8.Span, output));
    }
}
