using System.Globalization;
using System.Text;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>Values that a line of a case file cannot hold: all bytes, long ones, and kinds that only the event tells.</summary>
public sealed class LongAndOddValues
{
    private readonly ConditionCompiler compiler = new(Operators.Catalogue);
    private readonly TableContext context = new();

    [Fact]
    public void Base64_decodes_to_all_bytes_and_takes_its_own_digits_only()
    {
        var all = Enumerable.Range(0, 256).Select(static b => (byte)b).ToArray();
        for (var length = 0; length <= all.Length; length += 17)
        {
            context.Set("text", Encoding.ASCII.GetBytes(Convert.ToBase64String(all.AsSpan(0, length)))).Set("other", all[..length]);
            Assert.True(Holds("b64(text) = val(other)"), $"{length} bytes");
        }

        foreach (var b in all)
        {
            context.Set("text", [(byte)'Y', b, (byte)'J', (byte)'j']);
            Assert.Equal(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/', Holds("b64(text) exists"));
        }
    }

    [Fact]
    public void Texts_of_any_length_are_put_together()
    {
        for (var length = 0; length < 320; length++)
        {
            var (text, other) = (new string('a', length), new string('b', 320 - length));
            context.Set("text", ValueKind.Bytes, text).Set("other", ValueKind.Bytes, other);
            Expect($"{text}{other}{text}");
            Assert.True(Holds("concat(text, other, text) = val(many)"), $"{length}");
            Expect($"{text}, {other}, -");
            Assert.True(Holds("join(\", \", (text, other, \"-\")) = val(many)"), $"{length}");
            context.SetList("set", ValueKind.Bytes, other, text, "");
            Expect($"{text}{other}{text}!");
            Assert.True(Holds("join(\"\", (text, set, \"!\")) = val(many)"), $"{length}");
            Expect(text.ToUpperInvariant());
            Assert.True(Holds("toupper(tolower(text)) = val(many)"), $"{length}");
        }

        void Expect(string value) => context.Set("many", Encoding.UTF8.GetBytes(value));
    }

    [Fact]
    public void What_is_put_together_is_no_longer_than_256_KiB()
    {
        context.Set("text", new byte[1 << 17]).Set("other", new byte[1 << 17]);
        Assert.True(Holds("len(concat(text, other)) = 262144"));
        Assert.False(Holds("concat(text, other, \"x\") exists"));
        Assert.False(Holds("join(\"x\", (text, other)) exists"));
        context.SetList("set", ValueKind.Bytes, new string('a', 1 << 18), "b");
        Assert.False(Holds("join(\"\", set) exists"));
    }

    [Fact]
    public void Long_values_pass_through_many_transformers()
    {
        var text = new string('a', 2000);
        context.Set("text", ValueKind.Bytes, text.ToUpperInvariant()).Set("other", ValueKind.Bytes, text);
        var nested = string.Concat(Enumerable.Repeat("tolower(", 12)) + "text" + new string(')', 12);
        Assert.True(Holds($"{nested} = val(other)"));
    }

    [Fact]
    public void Evaluating_long_values_takes_memory_from_the_pool_and_gives_it_back()
    {
        context.Set("text", ValueKind.Bytes, new string('A', 3000)).SetList("set", ValueKind.Bytes, new string('B', 3000), "c");
        string[] conditions =
        [
            "tolower(text) = x", "tolower(text) = val(text)", "tolower(set) in (x)", "text regex \"a+\"", "len(concat(text, text)) = 1", "not toupper(text) exists",
        ];
        var compiled = conditions.Select(condition => compiler.Compile(condition, [])!).ToArray();
        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        // The pool may be trimmed meanwhile; an array for each evaluation would be 600 of them.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        void Run()
        {
            foreach (var condition in compiled)
            {
                Assert.False(condition.Evaluate(context));
            }
        }
    }

    [Theory]
    // A text is compared as text, a number as a number.
    [InlineData("any = 5", "text 5", true)]
    [InlineData("any = 5", "text 5.0", false)]
    [InlineData("any = 5", "number 5", true)]
    [InlineData("any = 5.0", "number 5", true)]
    [InlineData("any = 5", "number 6", false)]
    [InlineData("any != 5", "number 6", true)]
    [InlineData("any != 5", "number 5", false)]
    [InlineData("any != 5", "text 6", true)]
    [InlineData("any in (4, 5)", "number 5", true)]
    [InlineData("any in (4, x, 5)", "number 5", true)]
    [InlineData("any in (4, x)", "number 5", false)]
    [InlineData("any intersects (4, 5)", "unsigned 5", true)]
    [InlineData("any = x", "number 5", false)]
    [InlineData("any != x", "number 5", false)]
    [InlineData("any > 5", "number 6", true)]
    [InlineData("any > 5", "number 5", false)]
    [InlineData("any >= 5", "number 5", true)]
    [InlineData("any < 5", "number -6", true)]
    [InlineData("any <= 4", "number 5", false)]
    [InlineData("any > 10", "text 9", true)]
    [InlineData("any > 5", "unsigned 18446744073709551615", true)]
    [InlineData("any = 2.5", "float 2.5", true)]
    [InlineData("any < 2.5", "float 2.4", true)]
    [InlineData("any contains 5", "text 15", true)]
    [InlineData("any contains 5", "number 15", false)]
    [InlineData("any startswith a", "text ab", true)]
    [InlineData("any glob a*", "text ab", true)]
    [InlineData("any = oneof (4, 5)", "number 5", true)]
    [InlineData("any = allof (4, 5)", "number 5", false)]
    [InlineData("any = oneof (4, 5)", "text 5", true)]
    [InlineData("any bcontains 61", "text ab", true)]
    [InlineData("any exists", "number 5", true)]
    [InlineData("tolower(any) = a", "text A", true)]
    [InlineData("tolower(any) exists", "number 5", false)]
    [InlineData("len(any) = 1", "text A", true)]
    [InlineData("len(any) exists", "number 5", false)]
    [InlineData("concat(any, \"x\") = Ax", "text A", true)]
    [InlineData("concat(any, \"x\") exists", "number 5", false)]
    [InlineData("join(\",\", (any, \"x\")) exists", "number 5", false)]
    [InlineData("any = val(num)", "number 7", true)]
    [InlineData("any = val(text)", "text seven", true)]
    [InlineData("any = val(text)", "number 7", false)]
    [InlineData("num = val(any)", "text 7", false)]
    [InlineData("any = val(text)", "number 0", false)]
    [InlineData("any = val(num)", "text ", false)]
    [InlineData("any = val(other)", "number 7", false)]
    [InlineData("any != val(other)", "number 7", true)]
    [InlineData("join(\",\", any) = A", "text A", true)]
    [InlineData("join(\",\", any) exists", "number 5", false)]
    [InlineData("any = allof (x)", "number 5", false)]
    // With spelling: less and greater take the number that a text spells, all other comparisons take text.
    [InlineData("json > 10", "text 9", false)]
    [InlineData("json > 10", "text 11", true)]
    [InlineData("json < 10", "text 9.5", true)]
    [InlineData("json < 10", "text 9x", false)]
    [InlineData("json > 10", "text x", false)]
    [InlineData("json > 10", "text Infinity", false)]
    [InlineData("json > 10", "text ", false)]
    [InlineData("json > 10", "number 11", true)]
    [InlineData("json < 10", "text ", false)]
    [InlineData("json > 0x5", "text 9", true)]
    [InlineData("json = 5", "text 5", true)]
    [InlineData("json = 5", "text 5.0", false)]
    [InlineData("json = 5", "number 5", true)]
    [InlineData("json != 5", "number 5", false)]
    [InlineData("json contains 5", "spelled 2.50", true)]
    [InlineData("json endswith 50", "spelled 2.50", true)]
    [InlineData("json = 2.5", "spelled 2.50", true)]
    [InlineData("json > 2", "spelled 2.50", true)]
    [InlineData("json = x", "spelled 2.50", false)]
    [InlineData("json != x", "spelled 2.50", true)]
    public void The_event_tells_the_kind(string condition, string value, bool expected)
    {
        var errors = new List<Parsing.ConditionError>();
        var compiled = compiler.Compile(condition, errors);
        Assert.Empty(errors);
        Assert.Equal(expected, compiled!.Evaluate(new KindContext(value)));
    }

    [Fact]
    public void A_network_on_the_right_side_takes_the_addresses_in_it()
    {
        var condition = compiler.Compile("addr = val(net)", [])!;
        Assert.True(condition.Evaluate(new NetworkContext([10, 1, 2, 3], [10, 0, 0, 0], 8)));
        Assert.False(condition.Evaluate(new NetworkContext([11, 1, 2, 3], [10, 0, 0, 0], 8)));
    }

    private bool Holds(string condition) => compiler.Compile(condition, [])!.Evaluate(context);

    private sealed class KindContext(string value) : EvaluationContext
    {
        private readonly string kind = value[..value.IndexOf(' ', StringComparison.Ordinal)];
        private readonly string text = value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..];

        public override Value Read(FieldReference field) => (field.Definition.Name, kind) switch
        {
            ("num", _) => Value.Int64(7),
            ("text", _) => Value.Bytes("seven"u8),
            ("other", _) => Value.Bytes(default),
            (_, "text") => Value.Bytes(Encoding.UTF8.GetBytes(text)),
            (_, "number") => Value.Int64(long.Parse(text, CultureInfo.InvariantCulture)),
            (_, "unsigned") => Value.UInt64(ulong.Parse(text, CultureInfo.InvariantCulture)),
            (_, "float") => Value.Float64(double.Parse(text, CultureInfo.InvariantCulture)),
            _ => Value.Float64(double.Parse(text, CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(text)),
        };
    }

    private sealed class NetworkContext(byte[] address, byte[] network, int prefix) : EvaluationContext
    {
        public override Value Read(FieldReference field) => field.Definition.Name == "net" ? Value.Network(network, prefix) : Value.Address(address);
    }
}
