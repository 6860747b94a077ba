using CsCheck;
using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Parsing;
using Saker.Conditions.Rewriting;
using Saker.Conditions.Source;
using Saker.Conditions.Tests.Support;

namespace Saker.Conditions.Tests;

public class Properties
{
    private static readonly Gen<string> Leaf = OneOf(
        "text = a", "text != a", "text in (a, b)", "text contains b", "text exists", "text in ()", "num > 1", "num in (1, 2)", "other = a",
        "other regex \"[ab]*\"", "set in (a, b)", "set intersects (b)", "many != a", "text = val(other)", "tolower(text) = a", "not text = b");

    private static readonly Gen<string> Condition = Gen.Recursive<string>((depth, self) => depth > 4 ? Leaf : Gen.OneOf(
        Leaf,
        Gen.Select(self, self, static (left, right) => $"({left}) and ({right})"),
        Gen.Select(self, self, static (left, right) => $"({left}) or ({right})"),
        Gen.Select(self, self, self, static (a, b, c) => $"{Wrap(a)} or {Wrap(b)} or {Wrap(c)}"),
        self.Select(static inner => $"not ({inner})")));

    private static readonly Gen<string[]> Event = OneOf(
        "", "text=a", "text=b", "text=A", "num=1", "num=2", "other=a", "other=c", "set=a,b", "set=b,c", "many=a", "many=a,b").Array[0, 6];

    [Fact]
    public void The_printer_and_the_parser_agree() => Condition.Sample(static text =>
    {
        var parsed = ConditionParser.Parse(new SourceText(text), [])!;
        var printed = ConditionPrinter.Print(parsed);
        return printed == ConditionPrinter.Print(ConditionParser.Parse(new SourceText(printed), [])!);
    }, iter: 5_000, seed: "0000KOIPe036");

    [Fact]
    public void No_rewrite_changes_a_verdict() => Gen.Select(Condition, Event).Sample(static (text, values) =>
    {
        var binder = new Binder(Operators.Catalogue, ConditionOptions.Default);
        var node = binder.Bind(ConditionParser.Parse(new SourceText(text), [])!, [])!;
        var context = new TableContext();
        foreach (var value in values.Where(static value => value.Length > 0))
        {
            Operators.Set(context, value);
        }

        var expected = new PredicateBuilder().BuildNode(node).Evaluate(context);
        foreach (var rewrite in Rewrites.InOrder)
        {
            if (new PredicateBuilder().BuildNode(rewrite.Apply(node)).Evaluate(context) != expected)
            {
                return false;
            }

            node = rewrite.Apply(node);
            if (new PredicateBuilder().BuildNode(node).Evaluate(context) != expected)
            {
                return false;
            }
        }

        return true;
    }, iter: 20_000, seed: "0000KOIPe036");

    [Fact]
    public void A_version_for_a_known_value_gives_the_same_verdict() => Gen.Select(Condition, Event).Sample(static (text, values) =>
    {
        var condition = new ConditionCompiler(Operators.Catalogue).Compile(text, [])!;
        var version = new ConditionSpecializer("text", "a").Apply(condition);
        var context = new TableContext();
        foreach (var value in values.Where(static value => value.Length > 0).Append("text=a"))
        {
            Operators.Set(context, value);
        }

        return version.Evaluate(context) == condition.Evaluate(context);
    }, iter: 10_000, seed: "0000KOIPe036");

    [Fact]
    public void What_may_hold_whatever_a_field_says_is_never_left_out() => Gen.Select(Condition, Event).Sample(static (text, values) =>
    {
        var condition = new ConditionCompiler(Operators.Catalogue).Compile(text, [])!;
        var possible = condition.WhereUnknown(static field => field.Definition.Name is "text" or "num") ?? condition;
        var known = new TableContext();
        foreach (var value in values.Where(static value => value.Length > 0 && !value.StartsWith("text", StringComparison.Ordinal) && !value.StartsWith("num", StringComparison.Ordinal)))
        {
            Operators.Set(known, value);
        }

        if (possible.Evaluate(known))
        {
            return true;
        }

        // It cannot hold, and does not with any of the values.
        foreach (var unknown in (string[])["", "text=a", "text=b", "text=ab", "num=1", "num=2", "text=a num=1", "text=b num=2"])
        {
            var context = new TableContext();
            foreach (var value in values.Where(static value => value.Length > 0 && !value.StartsWith("text", StringComparison.Ordinal) && !value.StartsWith("num", StringComparison.Ordinal))
                .Concat(unknown.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                Operators.Set(context, value);
            }

            if (condition.Evaluate(context))
            {
                return false;
            }
        }

        return true;
    }, iter: 20_000, seed: "0000KOIPe036");

    [Fact]
    public void A_version_leaves_out_what_follows_from_the_known_value()
    {
        var never = new ConditionCompiler(Operators.Catalogue).Compile("num = 1 and not (text = a or other = b)", [])!;
        Assert.False(never.IsNever);
        Assert.True(new ConditionSpecializer("text", "a").Apply(never).IsNever);
        Assert.False(new ConditionSpecializer("text", "b").Apply(never).IsNever);
    }

    [Fact]
    public void Random_text_gives_errors_with_places_and_no_crash()
    {
        string[] pieces = ["text", "num", "=", " ", "(", ")", "and ", "or ", "not ", "\"", "'", "\\", "[", "]", ",", "in", "regex ", "tolower(", "val(", "oneof", "\n", "é", "0x", "5", "*"];
        var random = new Random(11);
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var errors = new List<ConditionError>();
            if (new ConditionCompiler(Operators.Catalogue).Compile(text, errors) is null)
            {
                Assert.All(errors, static error => Assert.Contains("^", error.ToString(), StringComparison.Ordinal));
            }

            Assert.True(errors.Count < 20);
        }
    }

    private static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(index => choices[index]);

    private static string Wrap(string condition) => $"({condition})";
}
