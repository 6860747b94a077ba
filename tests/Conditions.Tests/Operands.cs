using System.Text;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>Fields and transformers in outputs and exceptions.</summary>
public sealed class Operands
{
    private static readonly TableCatalogue Catalogue = new(
    [
        new FieldDefinition { Name = "user.name", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "user.uid", Kind = ValueKind.UInt64 },
        new FieldDefinition { Name = "proc.aname", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Optional | FieldArgumentKind.Index | FieldArgumentKind.InBrackets },
        new FieldDefinition { Name = "evt.arg", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Required | FieldArgumentKind.Key },
        new FieldDefinition { Name = "evt.is", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Required | FieldArgumentKind.Key | FieldArgumentKind.BehindDot },
        new FieldDefinition { Name = "evt.arg.deep", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Required | FieldArgumentKind.Key },
        new FieldDefinition { Name = "evt.around", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Required | FieldArgumentKind.Index },
        new FieldDefinition { Name = "evt.mixed", Kind = ValueKind.Bytes, Argument = FieldArgumentKind.Optional | FieldArgumentKind.Index | FieldArgumentKind.Key },
        new FieldDefinition { Name = "fd.ip", Kind = ValueKind.Address, Traits = FieldTraits.NoOutput },
        new FieldDefinition { Name = "plain", Kind = ValueKind.Bytes },
    ]);

    [Theory]
    // What stands in the text, what is taken, its fields.
    [InlineData("user.name", "user.name", "user.name=user.name")]
    [InlineData("user.name more", "user.name", "user.name=user.name")]
    [InlineData("user.namecontainer", "user.name", "user.name=user.name")]
    [InlineData("user.name.x", "user.name", "user.name=user.name")]
    [InlineData("user.name[x]", "user.name", "user.name=user.name")]
    [InlineData("user.name,", "user.name", "user.name=user.name")]
    [InlineData("proc.aname[2]", "proc.aname[2]", "proc.aname[2]=proc.aname[2]")]
    [InlineData("proc.aname[2", "proc.aname", "proc.aname=proc.aname")]
    [InlineData("evt.arg.flags", "evt.arg.flags", "evt.arg.flags=evt.arg[flags]")]
    [InlineData("evt.arg[flags]", "evt.arg[flags]", "evt.arg[flags]=evt.arg[flags]")]
    [InlineData("evt.arg.deep.x", "evt.arg.deep.x", "evt.arg.deep.x=evt.arg.deep[x]")]
    [InlineData("evt.arg.a.b", "evt.arg.a.b", "evt.arg.a.b=evt.arg[a.b]")]
    [InlineData("evt.is.open", "evt.is.open", "evt.is.open=evt.is[open]")]
    [InlineData("evt.around[12]", "evt.around[12]", "evt.around[12]=evt.around[12]")]
    [InlineData("evt.mixed[1]", "evt.mixed[1]", "evt.mixed[1]=evt.mixed[1]")]
    [InlineData("evt.mixed[x]", "evt.mixed[x]", "evt.mixed[x]=evt.mixed[x]")]
    [InlineData("evt.mixed", "evt.mixed", "evt.mixed=evt.mixed")]
    [InlineData("toupper(user.name)!", "toupper(user.name)", "user.name=user.name")]
    [InlineData("concat(user.name, \"-\", evt.arg.x)", "concat(user.name, \"-\", evt.arg.x)", "user.name=user.name evt.arg.x=evt.arg[x]")]
    [InlineData("join(\",\",(user.name,proc.aname[1]))", "join(\",\", (user.name, proc.aname[1]))", "user.name=user.name proc.aname[1]=proc.aname[1]")]
    public void The_longest_operand_is_taken(string text, string taken, string fields)
    {
        var operand = new OperandCompiler(Catalogue).CompileLongest("%" + text, 1, out var error);
        Assert.Null(error);
        Assert.Equal(taken, operand!.Text);
        Assert.Equal(fields, string.Join(' ', operand.Fields.Select(static field => $"{field.Text}={field.Reference.Text}")));
        Assert.Equal(taken.Contains('(', StringComparison.Ordinal), operand.Field is null);
        Assert.Equal(operand.Field is null ? null : operand.Fields[0].Reference, operand.Field);
        Assert.Equal(text.StartsWith("join", StringComparison.Ordinal) ? text.Length : taken.Length, operand.Length);
    }

    [Theory]
    [InlineData("", "Syntax 1+0 a field or a transformer is needed here")]
    [InlineData("plain", "Syntax 1+0 a field or a transformer is needed here")]
    [InlineData("5", "Syntax 1+0 a field or a transformer is needed here")]
    [InlineData("val(user.name)", "Syntax 1+0 a field or a transformer is needed here")]
    [InlineData("user.nme", "UnknownField 1+8 unknown field 'user.nme' ~user.name")]
    [InlineData("no.such.thing", "UnknownField 1+13 unknown field 'no.such.thing'")]
    [InlineData("evt.arg", "UnknownField 1+7 the field 'evt.arg' needs an argument: evt.arg[…]")]
    [InlineData("evt.is[open]", "UnknownField 1+12 the argument of 'evt.is' follows a dot: evt.is.open")]
    [InlineData("evt.around[x]", "UnknownField 1+13 the argument of 'evt.around' must be a number, and 'x' is none")]
    [InlineData("evt.around.x", "UnknownField 1+12 the argument of 'evt.around' must be a number, and 'x' is none")]
    [InlineData("evt.arg[", "Syntax 9+0 expected a valid field argument: a quoted string or a bare string")]
    [InlineData("fd.ip", "Unsupported 1+5 the field 'fd.ip' is for conditions only")]
    [InlineData("toupper(user.name", "Syntax 18+0 expected a ')' token closing the arguments of toupper")]
    [InlineData("toupper(user.nme)", "UnknownField 9+8 unknown field 'user.nme' ~user.name")]
    public void What_is_no_operand_is_refused(string text, string expected)
    {
        var operand = new OperandCompiler(Catalogue).CompileLongest("%" + text, 1, out var error);
        Assert.Null(operand);
        Assert.Equal(expected, $"{error!.Kind} {error.Range.Start}+{error.Range.Length} {error.Message}{(error.Suggestion is null ? "" : $" ~{error.Suggestion}")}");
    }

    [Theory]
    [InlineData("user.name", null)]
    [InlineData("evt.arg.x", null)]
    [InlineData("toupper(user.name)", null)]
    [InlineData("user.name ", "Syntax 9+1 'user.name ' is more than a field")]
    [InlineData("user.namex", "UnknownField 0+10 unknown field 'user.namex' ~user.name")]
    [InlineData("toupper(user.name)x", "Syntax 18+1 'toupper(user.name)x' is more than a field")]
    [InlineData("", "Syntax 0+0 a field or a transformer is needed here")]
    [InlineData("plain", "Syntax 0+0 a field or a transformer is needed here")]
    [InlineData("user.name[x]", "UnknownField 0+12 the field 'user.name' takes no argument")]
    [InlineData("proc.aname[2", "Syntax 12+0 expected a ']' token")]
    [InlineData("fd.ip", "Unsupported 0+5 the field 'fd.ip' is for conditions only")]
    public void A_whole_text_is_one_operand_or_none(string text, string? expected)
    {
        var operand = new OperandCompiler(Catalogue).CompileWhole(text, out var error);
        Assert.Equal(expected is null ? text : null, operand?.Text);
        Assert.Equal(expected, error is null ? null : $"{error.Kind} {error.Range.Start}+{error.Range.Length} {error.Message}{(error.Suggestion is null ? "" : $" ~{error.Suggestion}")}");
    }

    [Fact]
    public void What_is_not_printed_may_be_a_field_for_conditions_only()
    {
        Assert.Equal("fd.ip", new OperandCompiler(Catalogue, forOutput: false).CompileWhole("fd.ip", out var error)!.Text);
        Assert.Null(error);
    }

    [Fact]
    public void A_long_name_is_looked_up_by_its_first_1024_characters_at_most()
    {
        var asked = new CountingCatalogue(Catalogue);
        var operand = new OperandCompiler(asked).CompileLongest("user.name" + new string('x', 5000), 0, out _);
        Assert.Equal("user.name", operand!.Text);
        Assert.Equal(1024, asked.Longest);
    }

    [Fact]
    public void An_argument_that_is_refused_is_text_behind_the_field()
    {
        var catalogue = new TableCatalogue(Catalogue.Definitions, static (_, argument) => argument == "x" ? "no such argument" : null);
        var operand = new OperandCompiler(catalogue).CompileLongest("evt.mixed.x", 0, out var error);
        Assert.Null(error);
        Assert.Equal(("evt.mixed", 9), (operand!.Text, operand.Length));
        Assert.Equal("evt.mixed", operand.Field!.Text);
    }

    [Fact]
    public void A_value_is_visited_while_it_holds()
    {
        var context = new TableContext().Set("user.name", ValueKind.Bytes, "root");
        Assert.Equal("ROOT", Read("toupper(user.name)", context));
        Assert.Equal("root-x", Read("concat(user.name, \"-x\")", context));
        Assert.Equal("", Read("user.uid", context));

        static string Read(string text, EvaluationContext context)
        {
            var seen = "";
            new OperandCompiler(Catalogue).CompileWhole(text, out _)!.Visit(context, ref seen, static (scoped Value value, ref string state) => state = Encoding.UTF8.GetString(value.AsBytes));
            return seen;
        }
    }

    private sealed class CountingCatalogue(IFieldCatalogue inner) : IFieldCatalogue
    {
        public int Longest { get; private set; }

        public IReadOnlyCollection<FieldDefinition> Definitions => inner.Definitions;

        public FieldDefinition? Find(string name)
        {
            Longest = Math.Max(Longest, name.Length);
            return inner.Find(name);
        }

        public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error) => inner.Bind(definition, argument, out error);
    }
}
