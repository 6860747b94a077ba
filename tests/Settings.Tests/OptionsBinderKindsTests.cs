using System.Text;
using Saker.Alerts;

namespace Saker.Settings.Tests;

/// <summary>Each kind of option with what may be written for it, and the values in effect after it.</summary>
public sealed class OptionsBinderKindsTests
{
    [Fact]
    public void The_values_in_effect_are_told_with_their_places_in_the_order_of_the_keys()
    {
        var (_, faults, effective) = Bind("""
            all_routes: [{name: one, token: hidden}, {name: two}]
            bare_words: [c, d]
            how-many: 5
            inner:
              name: me
              tokens: {k: hidden}
            keys: hidden,hidden
            numbers: 0x10,2
            password: hidden
            weights: {w: 3, v: 4}
            """);
        Assert.Equal("", faults);
        Assert.Equal(
            """
            all_routes[0].least=debug
            all_routes[0].name=one f:1:21
            all_routes[0].token=*** f:1:33
            all_routes[1].least=debug
            all_routes[1].name=two f:1:49
            all_routes[1].token=
            all_routes=2 sections f:1:13
            bare_words=[c, d] f:2:13
            how-many=5 f:3:11
            inner.name=me f:5:9
            inner.off=false
            inner.tokens={k: ***} f:6:11
            keys=[***, ***] f:7:7
            numbers=[16, 2] f:8:10
            password=*** f:9:11
            weights={w: 3, v: 4} f:10:10
            """,
            effective);
    }

    [Fact]
    public void Defaults_are_in_effect_for_what_nobody_wrote_and_for_what_is_wrong()
    {
        const string expected = """
            all_routes=[]
            bare_words=[a, b]
            how-many=
            inner.name=
            inner.off=false
            inner.tokens={}
            keys=[]
            numbers=[1]
            password=***
            weights={x: 1, y: 2}
            """;
        Assert.Equal((expected, "f: inner.name: This must be set, here or in the variable INNER_NAME."), Swap(Bind("")));
        Assert.Equal(
            (expected, """
            f:1:13: all_routes: A list of sections belongs here, each behind a '-'.
            f:2:17: bare_words: One value belongs here, not a map.
            f:3:11: how-many: 'x' is not a whole number; write it in digits, as in '5'.
            f:5:9: inner.name: One value belongs here, not a list.
            f:6:8: inner.off: 'on' is not a truth value; did you mean 'true'?
            f:7:15: inner.tokens.k: One value belongs here, not a list.
            f:8:7: keys: A list belongs here: '[a, b]', or 'a,b' in one text.
            f:9:11: numbers: 'a' is not a whole number; write it in digits, as in '5'.
            f:9:17: numbers: 'b' is not a whole number; write it in digits, as in '5'.
            f:10:11: password: One value belongs here, not a map.
            f:11:14: weights.w: 'q' is not a whole number; write it in digits, as in '5'.
            """.ReplaceLineEndings("\n")),
            Swap(Bind("""
            all_routes: x
            bare_words: [c, {d: e}, f]
            how-many: x
            inner:
              name: [x]
              off: on
              tokens: {k: [v], l: w}
            keys: {a: b}
            numbers: [a, 2, b]
            password: {a: b}
            weights: {w: q, v: 4}
            """)));
    }

    [Theory]
    [InlineData("bare_words: [c, D, E]", "f:1:13: bare_words: 'D' must be of the letters a to z.\nf:1:13: bare_words: 'E' must be of the letters a to z.")]
    [InlineData("weights: {a: 5, b: 6, c: 0}", "f:1:10: weights: '6' is out of range; write a value from 1 to 5.\nf:1:10: weights: '0' is out of range; write a value from 1 to 5.")]
    [InlineData("all_routes: [x, {}]", "f:1:14: all_routes[0]: This is a section; put its keys below it, one a line.\nf:1:14: all_routes[0].name: This must be set, here or in the variable ALL_ROUTES[0]_NAME.\nf:1:17: all_routes[1].name: This must be set, here or in the variable ALL_ROUTES[1]_NAME.")]
    [InlineData("how-many: 13", "f:1:11: how-many: 13 is too many.\nf:1:1: numbers: 13 goes with no numbers.")]
    [InlineData("how-many: 13\nnumbers: [1]", "f:1:11: how-many: 13 is too many.\nf:2:10: numbers: 13 goes with no numbers.")]
    [InlineData("HOW-MANY: 1\nhow-many: 2", "f:2:1: how-many: This key stands here twice, in different case; keep one of the two.")]
    [InlineData("howmany: 13", "f:1:1: howmany: There is no such key; did you mean 'how-many'?")]
    [InlineData("count: 13", "f:1:1: count: There is no such key.")]
    [InlineData("private: x", "f:1:1: private: There is no such key.")]
    [InlineData("hidden: 1\nreadonly: x\nitem: y", "f:1:1: hidden: There is no such key.\nf:2:1: readonly: There is no such key.\nf:3:1: item: There is no such key.")]
    public void Faults_are_told_one_a_value(string yaml, string expected) =>
        Assert.Equal(expected, Bind($"{yaml}\ninner: {{name: x}}\n").Faults);

    [Theory]
    [InlineData("{}", "f:1:1")]
    [InlineData("how-many: 1", "f:1:1")]
    [InlineData("how-many: 1\ninner:\n  off: false", "f:3:3")]
    [InlineData("how-many: 1\ninner:\n  name: \"\"", "f:3:9")]
    [InlineData("how-many: 1\ninner:\n  name:", "f:3:8")]
    public void A_key_that_must_be_set_is_missed_where_it_belongs(string yaml, string place) =>
        Assert.Equal($"{place}: inner.name: This must be set, here or in the variable INNER_NAME.", Bind(yaml).Faults);

    [Theory]
    [InlineData("inner:\n  off: true\n  name: x", "f:3:9")]
    [InlineData("inner:\n  off: true\n  name: [x]", "f:2:3")]
    public void A_fault_of_several_keys_is_told_at_the_value_or_at_its_section(string yaml, string place) =>
        Assert.EndsWith($"{place}: inner.name: Nobody needs a name that is off.", Bind(yaml).Faults, StringComparison.Ordinal);

    [Fact]
    public void A_section_that_is_not_in_use_may_be_incomplete()
    {
        var faults = new ConfigFaults();
        var binder = new OptionsBinder(EnvironmentVariables.None, faults, mayBeIncomplete: true);
        binder.Bind(OptionSchema.For(typeof(BinderInner)), null, "s", ConfigSource.WholeFile("f"));
        Assert.Empty(faults.All);
    }

    [Fact]
    public void Keys_that_somebody_else_reads_are_left_alone_and_meant_by_typos()
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", "name: x\nMore: [1]\nmroe: 2\n"u8, faults);
        new OptionsBinder(EnvironmentVariables.None, faults).Bind(OptionSchema.For(typeof(BinderInner)), map, "s", map.Source, ["more"]);
        Assert.Equal("f:3:1: s.mroe: There is no such key; did you mean 'more'?", Assert.Single(faults.All).ToString());
    }

    [Theory]
    [InlineData("extra: [a, 'b:1', {c: 2, d: 3}]", "extra a= b=1 c=2 d=3")]
    [InlineData("extra: a,b:1", "extra a= b=1")]
    [InlineData("extra: '{a: 1, b: }'", "extra a=1 b=")]
    [InlineData("extra: [a, [b]]", "c.yaml:2:8: extra: A map belongs here: keys and values below it, or 'a:b,c:d' in one text.")]
    [InlineData("extra: [a, ':b', c]", "c.yaml:2:12: extra: ':b' is not 'key:value'; a value with a comma in it must be written as a YAML map.")]
    [InlineData("labels: [a]", "c.yaml:2:9: labels: A map belongs here: keys and values below it, or 'a:b,c:d' in one text.")]
    [InlineData("labels: ' :b'", "c.yaml:2:9: labels: ':b' is not 'key:value'; a value with a comma in it must be written as a YAML map.")]
    [InlineData("labels: a:b,c", "c.yaml:2:9: labels: 'c' is not 'key:value'; a value with a comma in it must be written as a YAML map.")]
    [InlineData("labels: 'a:,b:x:y'", "labels a= b=x:y")]
    [InlineData("labels: '{a'", "c.yaml:2:9: labels: This begins like JSON, but is no JSON object.")]
    [InlineData("labels: '{\"a\": \"x,y\", \"b\": null}'", "labels a=x,y b=")]
    [InlineData("labels: '{\"a\": [1]}'", "c.yaml:2:9:1:7: labels.a: One value belongs here, not a list.")]
    [InlineData("labels: '{{a}}'", "c.yaml:2:9: labels: '{{a}}' is not 'key:value'; a value with a comma in it must be written as a YAML map.")]
    [InlineData("labels: {a: {b: c}}", "c.yaml:2:13: labels.a: One value belongs here, not a map.")]
    [InlineData("labels: ''", "labels")]
    [InlineData("headers: 'A:b,A:c'", "headers A=***")]
    [InlineData("headers: {Host: x, B: y}", "c.yaml:2:11: headers: The header 'Host' is set by the router itself, for each request; take it out.")]
    [InlineData("labels: {Host: x, host: y}", "labels Host=x host=y")]
    public void A_map_is_read_in_all_its_forms(string yaml, string expected)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("c.yaml", Encoding.UTF8.GetBytes($"url: x\n{yaml}\n"), faults);
        var options = (SampleOptions)new OptionsBinder(EnvironmentVariables.None, faults).Bind(OptionSchema.For(typeof(SampleOptions)), map, "", map.Source);
        var read = yaml[..yaml.IndexOf(':', StringComparison.Ordinal)] switch
        {
            "extra" => options.Extra.Select(pair => $" {pair.Key}={pair.Value}"),
            "headers" => options.Headers.Select(pair => $" {pair.Key}={pair.Value}"),
            _ => options.Labels.Select(pair => $" {pair.Key}={pair.Value}"),
        };
        Assert.Equal(expected, faults.All.Count > 0 ? string.Join('\n', faults.All) : $"{yaml[..yaml.IndexOf(':', StringComparison.Ordinal)]}{string.Concat(read)}");
    }

    [Theory]
    [InlineData(80, "")]
    [InlineData(81, "…")]
    public void A_long_value_is_quoted_by_its_beginning(int length, string end)
    {
        var (_, faults, _) = Bind($"inner: {{name: x}}\nhow-many: {new string('x', length)}\n");
        Assert.Equal($"f:2:11: how-many: '{new string('x', 80)}{end}' is not a whole number; write it in digits, as in '5'.", faults);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("k:", true)]
    [InlineData("k: ~", true)]
    [InlineData("k: ''", true)]
    [InlineData("k: []", true)]
    [InlineData("k: {}", true)]
    [InlineData("k: ' '", false)]
    [InlineData("k: [~]", false)]
    [InlineData("k: {a: ~}", false)]
    public void What_holds_nothing_is_empty(string yaml, bool expected) =>
        Assert.Equal(expected, OptionsBinder.IsEmpty(YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), new ConfigFaults()).Find("k")?.Value));

    [Theory]
    [InlineData("footer:", "a footer")]
    [InlineData("footer: ''", "")]
    [InlineData("footer: []", "a footer")]
    [InlineData("footer: x", "x")]
    public void Only_an_empty_text_clears_a_text(string yaml, string expected)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes($"url: x\n{yaml}\n"), faults);
        var options = (SampleOptions)new OptionsBinder(EnvironmentVariables.None, faults).Bind(OptionSchema.For(typeof(SampleOptions)), map, "", map.Source);
        Assert.Equal((expected, 0), (options.Footer, faults.All.Count));
    }

    [Theory]
    [InlineData("1023", "'1023' is out of range; write a value from 1024 to 1073741824.")]
    [InlineData("1KiB", "")]
    [InlineData("1GiB", "")]
    [InlineData("2GiB", "'2GiB' is out of range; write a value from 1024 to 1073741824.")]
    public void The_range_of_a_size_is_in_bytes(string text, string expected)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes($"size: {text}\n"), faults);
        new OptionsBinder(EnvironmentVariables.None, faults).Bind(OptionSchema.For(typeof(SizeOptions)), map, "", map.Source);
        Assert.Equal(expected.Length == 0 ? "" : $"f:1:7: size: {expected}", string.Join('\n', faults.All));
    }

    [Fact]
    public void Every_secret_that_is_set_is_found()
    {
        var options = new BinderOptions
        {
            AllRoutes = [new BinderRoute { Token = new Secret("1") }, new BinderRoute()],
            Inner = new BinderInner { Tokens = new Dictionary<string, Secret> { ["a"] = new("2"), ["b"] = Secret.None } },
            Keys = [new Secret("3"), new Secret("4")],
            Password = new Secret("5"),
        };
        Assert.Equal(["1", "2", "3", "4", "5"], OptionSecrets.Of(options).Select(secret => secret.Reveal()));
    }

    private static (string Effective, string Faults) Swap((BinderOptions Options, string Faults, string Effective) bound) => (bound.Effective, bound.Faults);

    private static (BinderOptions Options, string Faults, string Effective) Bind(string yaml)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults);
        var binder = new OptionsBinder(EnvironmentVariables.None, faults);
        var options = (BinderOptions)binder.Bind(OptionSchema.For(typeof(BinderOptions)), map, "", map.Source);
        return (options, string.Join('\n', faults.All), string.Join('\n', binder.Effective.Select(value => $"{value.Path}={value.Text} {value.Source}".TrimEnd(' '))));
    }
}
