using System.Globalization;
using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Parsing;
using Saker.Conditions.Source;
using Saker.Conditions.Tests.Support;

namespace Saker.Conditions.Tests;

/// <summary>How conditions are read, printed, and refused: trees with their places, and mistakes with theirs.</summary>
public sealed class Trees
{
    public static TheoryData<string, string> TreeCases() => Cases("trees.txt");

    public static TheoryData<string, string> PrintCases() => Cases("prints.txt");

    public static TheoryData<string, string> ErrorCases() => Cases("errors.txt");

    public static TheoryData<string, string> FalcoErrorCases() => Cases("errors-falco.txt");

    [Theory]
    [MemberData(nameof(TreeCases))]
    public void A_condition_is_read_as_a_tree_with_places(string text, string tree) =>
        Assert.Equal(tree, Draw(ConditionParser.Parse(new SourceText(text), [])!));

    [Theory]
    [MemberData(nameof(PrintCases))]
    public void A_condition_is_printed_in_one_form_that_is_read_as_the_same(string text, string printed)
    {
        var parsed = ConditionParser.Parse(new SourceText(text), [])!;
        Assert.Equal(printed, ConditionPrinter.Print(parsed));
        Assert.Equal(printed, ConditionPrinter.Print(ConditionParser.Parse(new SourceText(printed), [])!));
    }

    [Theory]
    [InlineData("mix.sh", "mix.sh")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a \"b\" \\ 'c', (d)", "\"a \\\"b\\\" \\\\ 'c', (d)\"")]
    [InlineData("", "\"\"")]
    public void A_value_is_printed_as_it_is_read(string value, string printed)
    {
        Assert.Equal(printed, ConditionPrinter.PrintValue(value));
        Assert.NotNull(ConditionParser.Parse(new SourceText($"proc.name = {printed}"), []));
    }

    [Theory]
    [MemberData(nameof(ErrorCases))]
    public void A_mistake_is_told_with_its_place(string text, string mistakes) =>
        Assert.Equal(mistakes, Mistakes(new ConditionCompiler(Operators.Catalogue), text));

    [Theory]
    [MemberData(nameof(FalcoErrorCases))]
    public void A_mistake_about_a_field_of_Falco_is_told_with_its_place(string text, string mistakes) =>
        Assert.Equal(mistakes, Mistakes(new ConditionCompiler(FalcoFields.Load(), FalcoFields.Options()), text));

    private static string Mistakes(ConditionCompiler compiler, string text)
    {
        var errors = new List<ConditionError>();
        Assert.Null(compiler.Compile(text, errors));
        return string.Join(" ;; ", errors.Select(static error =>
            $"{error.Kind} {Place(error.Range)} @{error.CheckStart} {error.Message}{(error.Suggestion is null ? "" : $" ~{error.Suggestion}")}"));
    }

    private static string Draw(Expression expression) => expression switch
    {
        AndExpression and => $"and {Place(and.Range)} ({string.Join(", ", and.Children.Select(Draw))})",
        OrExpression or => $"or {Place(or.Range)} ({string.Join(", ", or.Children.Select(Draw))})",
        NotExpression not => $"not {Place(not.Range)} ({Draw(not.Child)})",
        NameExpression name => $"name {Place(name.Range)} {name.Name}",
        ExistsExpression exists => $"exists {Place(exists.Range)} ({Draw(exists.Left)})",
        ComparisonExpression comparison =>
            $"{comparison.Operator}{(comparison.Modifier == ValueModifier.None ? "" : "." + comparison.Modifier)} {Place(comparison.Range)} ({Draw(comparison.Left)}, {Draw(comparison.Right)})",
        _ => throw new InvalidOperationException(),
    };

    private static string Draw(Operand operand) => operand switch
    {
        FieldOperand field => $"field {Place(field.Range)} {field.Name}{(field.Argument is null ? "" : $"[{field.Argument}]")}",
        TransformerOperand transformer => $"{transformer.Transformer} {Place(transformer.Range)} ({string.Join(", ", transformer.Arguments.Select(Draw))})",
        LiteralOperand literal => $"text {Place(literal.Range)} <{literal.Text}>",
        ListOperand list => $"list {Place(list.Range)} ({string.Join(", ", list.Items.Select(Draw))})",
        _ => throw new InvalidOperationException(),
    };

    private static string Place(SourceRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.Start}+{range.Length}");

    // Two lines for each case; ␤, ⇥, ␍, ␋, ␌ and ␈ stand for what lines cannot hold.
    private static TheoryData<string, string> Cases(string file)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", file)).Where(static line => line.Length > 0 && line[0] != '#').ToList();
        var data = new TheoryData<string, string>();
        for (var i = 0; i < lines.Count; i += 2)
        {
            data.Add(Unescape(lines[i]), Unescape(lines[i + 1].Trim()));
        }

        return data;

        static string Unescape(string line) =>
            line.Replace('␤', '\n').Replace('⇥', '\t').Replace('␍', '\r').Replace('␋', '\v').Replace('␌', '\f').Replace('␈', '\b').Replace("␠", " ", StringComparison.Ordinal);
    }
}
