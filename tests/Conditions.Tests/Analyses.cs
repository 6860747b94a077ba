using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Rewriting;
using Saker.Conditions.Source;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>What is known of a condition before any event comes, and the forms that it is rewritten to.</summary>
public sealed class Analyses
{
    private static readonly TableCatalogue Catalogue = new(
    [
        new FieldDefinition { Name = "type", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Optional | FieldArgumentKind.Key },
        new FieldDefinition { Name = "a", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "b", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "c", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "n", Kind = ValueKind.Int64 },
        new FieldDefinition { Name = "count", Kind = ValueKind.UInt64 },
        new FieldDefinition { Name = "set", Kind = ValueKind.Bytes, IsList = true },
    ]);

    private static readonly string[] Universe = ["open", "close", "read"];

    private readonly ConditionCompiler compiler = new(Catalogue);

    /// <summary>Macros: <c>opens</c>, <c>both</c> over it, and <c>other</c>, which says nothing of the type.</summary>
    private readonly Dictionary<string, MacroDefinition> macros = [];

    public Analyses()
    {
        Define("opens", "type = open");
        Define("both", "opens and a = 1");
        Define("other", "a = 1 or b = 2");
        Define("never", "a in ()");
    }

    [Theory]
    [InlineData("count = 0", false)]
    [InlineData("count != 0", false)]
    [InlineData("not count = 0", false)]
    [InlineData("count >= 0 and a = 1", false)]
    [InlineData("count > 0", false)]
    [InlineData("count < 1", false)]
    [InlineData("count in (0)", false)]
    [InlineData("count exists", false)]
    [InlineData("a = 1", false)]
    [InlineData("count <= 1", true)]
    [InlineData("count = 1", true)]
    [InlineData("count != 1", true)]
    [InlineData("count > 5", true)]
    [InlineData("count < 18446744073709551615", true)]
    [InlineData("count in (0, 7)", true)]
    [InlineData("a = 1 or not count >= 9", true)]
    [InlineData("count = val(count)", true)]
    public void A_count_that_begins_with_one_makes_no_difference_to_what_is_said_of_zero(string text, bool depends)
    {
        var errors = new List<ConditionError>();
        var condition = compiler.Compile(text, errors);
        Assert.Empty(errors);
        Assert.Equal(depends, condition!.DependsOnCount("count"));
    }

    [Theory]
    [InlineData("type = open", "open")]
    [InlineData("type != open", "close read")]
    [InlineData("type in (open, read)", "open read")]
    [InlineData("type intersects (open)", "open")]
    [InlineData("type startswith o or type endswith d", "open read")]
    [InlineData("not type = open", "close read")]
    [InlineData("type exists", "open close read")]
    [InlineData("not type exists", "")]
    [InlineData("a = 1", "open close read")]
    [InlineData("not a = 1", "open close read")]
    [InlineData("a exists", "open close read")]
    [InlineData("not a exists", "open close read")]
    [InlineData("type[x] = open", "open close read")]
    [InlineData("not type[x] = open", "open close read")]
    [InlineData("tolower(type) = open", "open close read")]
    [InlineData("type = open and type = close", "")]
    [InlineData("type = open and a = 1 or type = read", "open read")]
    [InlineData("not (type = open and a = 1)", "open close read")]
    [InlineData("not (type = open or a = 1)", "close read")]
    [InlineData("not (type = open or type = read)", "close")]
    [InlineData("not (type = open and not type = close)", "close read")]
    [InlineData("opens", "open")]
    [InlineData("both or opens", "open")]
    [InlineData("not opens", "close read")]
    [InlineData("not both", "open close read")]
    [InlineData("other and type = read", "read")]
    [InlineData("not other and not opens", "close read")]
    [InlineData("type in ()", "")]
    public void The_values_with_which_a_condition_can_hold_follow_by_set_algebra(string text, string expected)
    {
        var possible = Compile(text).PossibleValues("type", Universe);
        Assert.Equal(expected, string.Join(' ', Universe.Zip(possible).Where(static pair => pair.Second).Select(static pair => pair.First)));
    }

    [Theory]
    [InlineData("type = open and a = 1 or not type in (read, close) or b = 2", "close open read")]
    [InlineData("type intersects (open) or opens", "open")]
    [InlineData("both and type = x", "open x")]
    [InlineData("type != open or type startswith read or type[x] = close or tolower(type) = write", "")]
    [InlineData("a = open", "")]
    public void The_values_named_are_those_that_equality_compares_with(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Compile(text).ValuesNamed("type").Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("a = 1 and not (b = 2 or c exists)", "a b c")]
    [InlineData("a = val(b) or a = 1", "a b")]
    [InlineData("join(\",\", (a, \"x\", tolower(b))) = val(c)", "a b c")]
    [InlineData("both and both", "type a")]
    [InlineData("type[x] = 1 and type = 1", "type[x] type")]
    [InlineData("len(set) > 1", "set")]
    public void The_fields_of_a_condition_are_known_each_once(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Compile(text).Fields.Select(static field => field.Text)));

    [Theory]
    [InlineData("opens", true)]
    [InlineData("both", false)]
    [InlineData("not both", true)]
    [InlineData("other", true)]
    [InlineData("other and a = 1", false)]
    [InlineData("both or both", false)]
    [InlineData("a = val(b)", false)]
    [InlineData("b = val(a)", false)]
    [InlineData("b = val(c)", true)]
    [InlineData("join(\",\", (b, a)) = x", false)]
    [InlineData("join(\",\", (b, \"x\")) = x", true)]
    [InlineData("not tolower(a) exists and b = 1", true)]
    public void What_can_hold_without_a_field_is_known_through_macros(string text, bool canHold) =>
        Assert.Equal(canHold, Compile(text).CanHoldWithout(static field => field.Definition.Name == "a"));

    [Theory]
    [InlineData("a = 1 and b = 2", "b = 2")]
    [InlineData("a = 1 or b = 2", "true")]
    [InlineData("b = 2 and not a = 1", "b = 2")]
    [InlineData("b = 2 and not (a = 1 or c = 3)", "and(b = 2, not (c = 3))")]
    [InlineData("b = 2 and not (a = 1 and c = 3)", "b = 2")]
    [InlineData("b = val(a) and c = 3", "c = 3")]
    [InlineData("tolower(a) exists and c = 3", "c = 3")]
    [InlineData("opens and a = 1", "opens{type = open}")]
    [InlineData("not both", "true")]
    [InlineData("not opens and not other", "and(not (opens{type = open}), not (b = 2))")]
    public void When_a_field_is_unknown_the_rest_says_whether_it_may_hold(string text, string expected) =>
        Assert.Equal(expected, Draw(new ConstantFolding().Apply(new UnknownFields(static field => field.Definition.Name == "a").Possible(Compile(text).Typed))));

    [Theory]
    [InlineData("type = open", "true")]
    [InlineData("type = read", "false")]
    [InlineData("type exists", "true")]
    [InlineData("not type exists", "false")]
    [InlineData("type != open", "false")]
    [InlineData("type[x] = open", "type[x] = open")]
    [InlineData("tolower(type) = open", "tolower(type) = open")]
    [InlineData("type[x] exists", "type[x] exists")]
    [InlineData("type = open and a = 1", "a = 1")]
    [InlineData("type = read and a = 1", "false")]
    [InlineData("type = read or a = 1", "a = 1")]
    [InlineData("type = open or a = 1", "true")]
    [InlineData("not (type = read and a = 1)", "true")]
    [InlineData("not (type = open and a = 1)", "not (a = 1)")]
    [InlineData("opens and b = 2", "b = 2")]
    [InlineData("both", "both{a = 1}")]
    [InlineData("both or both", "or(both{a = 1}, both{a = 1})")]
    [InlineData("other and type = open", "other{or(a = 1, b = 2)}")]
    public void With_a_known_value_only_the_rest_is_left(string text, string expected) =>
        Assert.Equal(expected, Draw(new ConstantFolding().Apply(new ConditionSpecializer("type", "open").Apply(Compile(text)).Typed)));

    [Fact]
    public void A_version_for_a_known_value_gives_the_same_verdicts_and_reads_less()
    {
        var original = Compile("both or type = open and b = 2");
        var open = new ConditionSpecializer("type", "open");
        var version = open.Apply(original);
        var read = new ConditionSpecializer("type", "read").Apply(original);
        var context = new TableContext().Set("type", ValueKind.Bytes, "open").Set("b", ValueKind.Bytes, "2");
        Assert.True(version.Evaluate(context));
        Assert.False(version.IsNever);
        Assert.True(read.IsNever);
        Assert.False(original.IsNever);
        Assert.Same(original.Expression, version.Expression);
        Assert.Equal("a b", string.Join(' ', version.Fields.Select(static field => field.Text)));
        Assert.True(Compile("never and a = 1").IsNever);
        Assert.False(open.Apply(Compile("other")).IsNever);
    }

    [Fact]
    public void A_macro_of_several_conditions_is_evaluated_once_for_each_event()
    {
        Define("heavy", "a startswith x and b startswith y");
        var (first, second) = (Compile("heavy and c = 1"), Compile("c = 2 or heavy"));
        var versions = new ConditionSpecializer("type", "open");
        foreach (var (one, two) in new[] { (first, second), (versions.Apply(first), versions.Apply(second)) })
        {
            var context = new TableContext().Set("a", ValueKind.Bytes, "x").Set("b", ValueKind.Bytes, "y").Set("c", ValueKind.Bytes, "1");
            Assert.True(one.Evaluate(context));
            Assert.Equal(3, context.Reads);
            Assert.True(two.Evaluate(context));
            Assert.Equal(4, context.Reads);
            context.Clear().Set("a", ValueKind.Bytes, "z").Set("c", ValueKind.Bytes, "1");
            Assert.False(one.Evaluate(context));
            Assert.False(two.Evaluate(context));
        }
    }

    [Fact]
    public void Each_macro_keeps_a_verdict_of_its_own()
    {
        var condition = Compile("not other and (both or opens) and not both and not other");
        Assert.True(condition.Evaluate(new TableContext().Set("type", ValueKind.Bytes, "open")));
        Assert.False(condition.Evaluate(new TableContext().Set("type", ValueKind.Bytes, "open").Set("b", ValueKind.Bytes, "2")));
    }

    [Fact]
    public void What_only_a_program_can_write_is_checked_too()
    {
        var range = new SourceRange(new SourceText("val(a)"), 0, 6);
        var field = new FieldOperand(range, "a", null);
        Assert.Equal("val() stands on the right side of a comparison, around one field", Refusal(new TransformerOperand(range, Transformer.Val, [field])));
        Assert.Equal("a field or a transformer is needed here", Refusal(new LiteralOperand(range, "a")));
        Assert.Equal("a field or a transformer is needed here", Refusal(new ListOperand(range, [field])));

        string Refusal(Operand operand)
        {
            var errors = new List<ConditionError>();
            Assert.Null(compiler.Compile(new ExistsExpression(range, operand), errors));
            return Assert.Single(errors).Message;
        }
    }

    [Fact]
    public void Of_several_fields_that_select_the_first_is_named()
    {
        var errors = new List<ConditionError>();
        var options = new ConditionOptions { SelectingFields = new HashSet<string> { "a", "b" } };
        Assert.Null(new ConditionCompiler(Catalogue, options).Compile("concat(c, a, b) = x", errors));
        Assert.Equal("'a' takes no transformers here: which events the condition is about must follow from it", Assert.Single(errors).Message);
        Assert.NotNull(new ConditionCompiler(Catalogue, options).Compile("concat(c, a, b) contains x and a = 1", errors));
        Assert.Equal(("", ""), (Catalogue.Find("a")!.TypeName, Catalogue.Find("a")!.Description));
    }

    [Theory]
    // Negations move down, chains become one, constants go.
    [InlineData("not (a = 1 and b = 2)", "or(not (a = 1), not (b = 2))")]
    [InlineData("not (a = 1 or not b = 2)", "and(not (a = 1), b = 2)")]
    [InlineData("not (a = 1 and (b = 2 or not c = 3))", "or(not (a = 1), and(not (b = 2), c = 3))")]
    [InlineData("a = 1 and (b = 2 and (c = 3 and n = 4))", "and(a = 1, b = 2, c = 3, n = 4)")]
    [InlineData("a = 1 or (b = 2 or c = 3)", "or(a = 1, b = 2, c = 3)")]
    [InlineData("a in ()", "false")]
    [InlineData("not a in ()", "true")]
    [InlineData("a = 1 and b in ()", "false")]
    [InlineData("a = 1 or b in ()", "a = 1")]
    [InlineData("a = 1 and not b in ()", "a = 1")]
    [InlineData("a = 1 or not b in ()", "true")]
    [InlineData("a in () or b in ()", "false")]
    [InlineData("not a in () and not b in ()", "true")]
    [InlineData("a = 1 and b = 2 and not c in ()", "and(a = 1, b = 2)")]
    [InlineData("a startswith oneof ()", "false")]
    [InlineData("a startswith allof ()", "a startswith allof ()")]
    // Equalities of one field become one set; sets keep theirs.
    [InlineData("a = 1 or a in (2, 3) or b = 4 or a == 5", "or(a in (1, 2, 3, 5), b = 4)")]
    [InlineData("a = 1 or a = 2", "a in (1, 2)")]
    [InlineData("a = 1 or a != 2", "or(a = 1, a != 2)")]
    [InlineData("a = 1 or a = allof (2, 3)", "or(a = 1, a = allof (2, 3))")]
    [InlineData("a = 1 and a = 2", "and(a = 1, a = 2)")]
    [InlineData("set in (x) or set in (y)", "or(set in (x), set in (y))")]
    [InlineData("type[x] = 1 or type = 2", "or(type[x] = 1, type = 2)")]
    [InlineData("tolower(a) = 1 or tolower(a) = 2", "or(tolower(a) = 1, tolower(a) = 2)")]
    // Cheap ones come first; within a class the order stays.
    [InlineData("a regex x and b contains x and c = 1 and n = 2", "and(c = 1, n = 2, b contains x, a regex x)")]
    [InlineData("tolower(a) = x or b = val(c) or b glob x or c exists", "or(c exists, b glob x, tolower(a) = x, b = val(c))")]
    [InlineData("not a regex x and not b iglob x and not c icontains x and not n = 1", "and(not (n = 1), not (b iglob x), not (c icontains x), not (a regex x))")]
    [InlineData("(a regex x or b = 1) and (a pmatch (x) or b = 2) and c startswith x", "and(c startswith x, or(b = 2, a pmatch (x)), or(b = 1, a regex x))")]
    [InlineData("a = 1 and b = 1 or b contains x or (c contains x and a = 1) or n = 1", "or(and(a = 1, b = 1), n = 1, b contains x, and(a = 1, c contains x))")]
    // A macro of one comparison is put in its place.
    [InlineData("opens and a = 1", "and(type = open, a = 1)")]
    [InlineData("both and b = 1", "and(both{and(opens{type = open}, a = 1)}, b = 1)")]
    [InlineData("never or a = 1", "a = 1")]
    public void A_condition_is_rewritten_to_what_is_quick(string text, string expected) => Assert.Equal(expected, Draw(Rewrites.Apply(Compile(text).Typed)));

    [Theory]
    [InlineData("opens and not both", "opens and not both", "(type = open) and not ((type = open) and a = 1)")]
    [InlineData("not opens", "not opens", "not (type = open)")]
    [InlineData("(opens or a = 1) and not (other or not b exists)", "(opens or a = 1) and not (other or not b exists)", "((type = open) or a = 1) and not ((a = 1 or b = 2) or not b exists)")]
    public void Macros_are_printed_by_name_or_with_their_conditions(string text, string named, string expanded)
    {
        var expression = Resolve(ConditionParser.Parse(new SourceText(text), [])!);
        Assert.Equal(named, ConditionPrinter.Print(expression));
        Assert.Equal(expanded, ConditionPrinter.Print(expression, expandMacros: true));
    }

    [Fact]
    public void A_condition_may_nest_400_deep_macros_included()
    {
        var errors = new List<ConditionError>();
        Assert.NotNull(compiler.Compile(Deep(399), errors));
        Assert.Null(compiler.Compile(Deep(400), errors));
        Assert.Equal("TooComplex the condition nests deeper than 400, macros included", $"{Assert.Single(errors).Kind} {errors[0].Message}");

        static Expression Deep(int depth)
        {
            var result = ConditionParser.Parse(new SourceText("a = 1"), [])!;
            for (var i = 0; i < depth; i++)
            {
                result = (i % 4) switch
                {
                    0 => new NotExpression(result.Range, result),
                    1 => new AndExpression(result.Range, [ConditionParser.Parse(new SourceText("b = 1"), [])!, result]),
                    2 => new OrExpression(result.Range, [result, ConditionParser.Parse(new SourceText("b exists"), [])!]),
                    _ => new MacroExpression(result.Range, new MacroDefinition($"m{i}", result)),
                };
            }

            return result;
        }
    }

    [Fact]
    public void The_mistakes_of_a_macro_are_told_at_each_use()
    {
        Define("wrong", "nosuch.field = 1");
        var errors = new List<ConditionError>();
        Assert.Null(compiler.Compile(Resolve(ConditionParser.Parse(new SourceText("wrong and a = 1 or wrong"), [])!), errors));
        Assert.Equal(["unknown field 'nosuch.field'", "unknown field 'nosuch.field'"], errors.Select(static error => error.Message));
        Assert.Null(compiler.Compile(Resolve(ConditionParser.Parse(new SourceText("wrong"), [])!), []));
    }

    private CompiledCondition Compile(string text)
    {
        var errors = new List<ConditionError>();
        var compiled = compiler.Compile(Resolve(ConditionParser.Parse(new SourceText(text), errors)!), errors);
        Assert.Empty(errors);
        return compiled!;
    }

    private void Define(string name, string text) => macros[name] = new MacroDefinition(name, Resolve(ConditionParser.Parse(new SourceText(text), [])!));

    private Expression Resolve(Expression expression) => expression switch
    {
        AndExpression and => new AndExpression(and.Range, [.. and.Children.Select(Resolve)]),
        OrExpression or => new OrExpression(or.Range, [.. or.Children.Select(Resolve)]),
        NotExpression not => new NotExpression(not.Range, Resolve(not.Child)),
        NameExpression name => new MacroExpression(name.Range, macros[name.Name]),
        _ => expression,
    };

    private static string Draw(TypedNode node) => node switch
    {
        TypedAnd and => $"and({string.Join(", ", and.Children.Select(Draw))})",
        TypedOr or => $"or({string.Join(", ", or.Children.Select(Draw))})",
        TypedNot not => $"not ({Draw(not.Child)})",
        TypedConstant constant => constant.Value ? "true" : "false",
        TypedMacro macro => $"{macro.Definition.Name}{{{Draw(macro.Body)}}}",
        TypedExists exists => $"{Draw(exists.Operand)} exists",
        TypedPair pair => $"{Draw(pair.Left)} {pair.Operator.Spell()} val({Draw(pair.Right)})",
        TypedComparison { Modifier: not ValueModifier.None } several => $"{Draw(several.Left)} {several.Operator.Spell()} {several.Modifier.Spell()} {Draw(several.Values)}",
        TypedComparison { Operator: ComparisonOperator.In or ComparisonOperator.PMatch } list => $"{Draw(list.Left)} {list.Operator.Spell()} {Draw(list.Values)}",
        TypedComparison comparison => $"{Draw(comparison.Left)} {comparison.Operator.Spell()} {comparison.Values[0].Text}",
        _ => throw new InvalidOperationException(),
    };

    private static string Draw(IReadOnlyList<TypedLiteral> values) => $"({string.Join(", ", values.Select(static value => value.Text))})";

    private static string Draw(TypedOperand operand) => operand switch
    {
        TypedField field => field.Reference.Text,
        TypedTransformer transformer => $"{transformer.Transformer.Spell()}({string.Join(", ", transformer.Arguments.Select(Draw))})",
        _ => throw new InvalidOperationException(),
    };
}
