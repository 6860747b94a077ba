using System.Text;
using Saker.Alerts;

namespace Saker.Settings.Tests;

public sealed class OptionsBinderTests
{
    [Fact]
    public void Every_kind_of_option_is_read_from_YAML()
    {
        var (options, faults, _) = Bind("""
            Url: http://h/x
            CHANNEL: "#c"
            checkcert: false
            minimumpriority: info
            batchsize: 0x1F
            timeout: 1m30s
            outputformat: text
            paths: [/ping, /healthz]
            labels: {Team: sec, a.b: c}
            headers: "Authorization:Bearer a:b, X-Time:12:30"
            extra: name, cluster:prod
            batching:
              enabled: true
              flushinterval: 250ms
            """);

        Assert.Empty(faults.All);
        Assert.Equal("http://h/x", options.Url.Reveal());
        Assert.Equal("#c", options.Channel);
        Assert.False(options.CheckCert);
        Assert.Equal(Priority.Informational, options.MinimumPriority);
        Assert.Equal(31, options.BatchSize);
        Assert.Equal(TimeSpan.FromSeconds(90), options.Timeout);
        Assert.Equal("text", options.OutputFormat);
        Assert.Equal(["/ping", "/healthz"], options.Paths);
        Assert.Equal("sec", options.Labels["Team"]);
        Assert.Equal("c", options.Labels["a.b"]);
        Assert.Equal("Bearer a:b", options.Headers["Authorization"].Reveal());
        Assert.Equal("12:30", options.Headers["X-Time"].Reveal());
        Assert.Equal("", options.Extra["name"]);
        Assert.Equal("prod", options.Extra["cluster"]);
        Assert.True(options.Batching.Enabled);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Batching.FlushInterval);
    }

    [Theory]
    [InlineData("0123")]
    [InlineData("1.10")]
    [InlineData("2026-01-02")]
    [InlineData("no")]
    [InlineData("1e3")]
    [InlineData(".5")]
    public void A_text_keeps_the_scalar_as_written(string written)
    {
        var (options, faults, _) = Bind($"url: x\nchannel: {written}\n");
        Assert.Empty(faults.All);
        Assert.Equal(written, options.Channel);
    }

    [Fact]
    public void All_faults_come_at_once_with_place_key_value_and_cure()
    {
        var (options, faults, _) = Bind("""
            minimumpriority: warnin
            batchsize: 101
            timeout: 5
            checkcert: yes
            outputformat: txt
            chanel: x
            labels: a
            channel: [a]
            batching: on
            """);

        Assert.Equal(
            [
                "f.yaml:6:1: s.chanel: There is no such key; did you mean 'channel'?",
                "f.yaml:9:11: s.batching: This is a section; put its keys below it, one a line.",
                "f.yaml:2:12: s.batchsize: '101' is out of range; write a value from 1 to 100.",
                "f.yaml:8:10: s.channel: One value belongs here, not a list.",
                "f.yaml:4:12: s.checkcert: 'yes' is not a truth value; did you mean 'true'?",
                "f.yaml:7:9: s.labels: 'a' is not 'key:value'; a value with a comma in it must be written as a YAML map.",
                "f.yaml:1:18: s.minimumpriority: 'warnin' is not one of emergency, alert, critical, error, warning, notice, informational, debug; did you mean 'warning'?",
                "f.yaml:5:15: s.outputformat: 'txt' is not one of all, text, fields; did you mean 'text'?",
                "f.yaml:3:10: s.timeout: '5' has no unit; write '5s' for seconds or '5ms' for milliseconds.",
                "f.yaml:1:1: s.url: This must be set, here or in the variable S_URL.",
            ],
            faults.All.Select(fault => fault.ToString()));
        Assert.Equal(Priority.Debug, options.MinimumPriority);
        Assert.Equal(10, options.BatchSize);
    }

    [Fact]
    public void A_variable_wins_over_the_file_and_an_empty_one_does_not()
    {
        var (options, faults, _) = Bind(
            "url: http://yaml\nchannel: yaml\nlabels: {a: yaml, b: yaml}\nextra: {k: yaml, other: yaml}\n",
            ("S_URL", "http://env"), ("S_CHANNEL", ""), ("S_LABELS", "b:env,C:env"), ("S_EXTRA_K", "env"), ("S_BATCHING_ENABLED", "1"));

        Assert.Empty(faults.All);
        Assert.Equal("http://env", options.Url.Reveal());
        Assert.Equal("yaml", options.Channel);
        Assert.Equal(new Dictionary<string, string> { ["b"] = "env", ["C"] = "env" }, options.Labels);
        Assert.Equal(new Dictionary<string, string> { ["k"] = "env", ["other"] = "yaml" }, options.Extra);
        Assert.True(options.Batching.Enabled);
    }

    [Fact]
    public void A_fault_in_a_variable_names_the_variable()
    {
        var (_, faults, _) = Bind("url: x\n", ("S_BATCHSIZE", "many"));
        Assert.Equal("S_BATCHSIZE: s.batchsize: 'many' is not a whole number; write it in digits, as in '5'.", Assert.Single(faults.All).ToString());
    }

    [Theory]
    [InlineData("{\"X-A\":\"b\"}", "X-A", "b")]
    [InlineData("t:{{ or (index . \"a\") \"b:c,d\" }}, u:v", "t", "{{ or (index . \"a\") \"b:c,d\" }}")]
    [InlineData(" a : b , c:d ", "a", "b")]
    public void Maps_may_be_written_in_one_text(string text, string key, string value)
    {
        var (options, faults, _) = Bind("url: x\n", ("S_LABELS", text));
        Assert.Empty(faults.All);
        Assert.Equal(value, options.Labels[key]);
    }

    [Fact]
    public void Nothing_written_keeps_the_default_but_an_empty_text_clears_a_text()
    {
        var (options, faults, _) = Bind("url: x\nchannel:\nfooter: \"\"\nminimumpriority: \"\"\nbatchsize: ~\noutputformat: null\n");
        Assert.Empty(faults.All);
        Assert.Equal("", options.Footer);
        Assert.Equal(Priority.Debug, options.MinimumPriority);
        Assert.Equal(10, options.BatchSize);
        Assert.Equal("all", options.OutputFormat);
    }

    [Fact]
    public void A_secret_is_neither_in_a_fault_nor_in_the_printed_values()
    {
        var (_, faults, binder) = Bind("url: hidden1\nheaders: \"hidden2\"\nur: hidden3\n", ("S_HEADERS_A", "hidden4"));
        Assert.Equal(2, faults.All.Count);
        Assert.DoesNotContain("hidden", string.Join("\n", faults.All) + string.Join("\n", binder.Effective), StringComparison.Ordinal);
        Assert.Equal("***", binder.Effective.Single(value => value.Path == "s.url").Text);
    }

    [Fact]
    public void Checks_over_several_keys_name_the_key_and_its_place()
    {
        var (_, faults, _) = Bind("url: x\nchannel: '#nobody'\n");
        Assert.StartsWith("f.yaml:2:10: s.channel: Nobody reads", Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_set_when_the_file_or_the_environment_says_something()
    {
        var binder = new OptionsBinder(new EnvironmentVariables(new Dictionary<string, string> { ["S_URL"] = "x" }), new ConfigFaults());
        Assert.True(binder.IsSet(null, "s", "url"));
        Assert.False(binder.IsSet(null, "t", "url"));
        Assert.False(binder.IsSet(YamlConfigReader.Read("f", "url: ''"u8, new ConfigFaults()), "t", "url"));
        Assert.True(binder.IsSet(YamlConfigReader.Read("f", "URL: x"u8, new ConfigFaults()), "t", "url"));
    }

    [Fact]
    public void A_service_link_of_Kubernetes_is_no_setting()
    {
        var variables = new EnvironmentVariables(new Dictionary<string, string>
        {
            ["REDIS_PORT"] = "tcp://10.0.0.1:6379",
            ["REDIS_PORT_6379_TCP_ADDR"] = "10.0.0.1",
            ["REDIS_SERVICE_HOST"] = "10.0.0.1",
            ["OTHER_PORT"] = "5432",
        });
        Assert.Null(variables.Find("REDIS_PORT"));
        Assert.Null(variables.Find("REDIS_SERVICE_HOST"));
        Assert.Null(variables.Find("REDIS_PORT_6379_TCP_ADDR"));
        Assert.Equal("5432", variables.Find("OTHER_PORT")?.Text);
    }

    private static (SampleOptions Options, ConfigFaults Faults, OptionsBinder Binder) Bind(string yaml, params (string Name, string Value)[] variables)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f.yaml", Encoding.UTF8.GetBytes(yaml), faults);
        var binder = new OptionsBinder(new EnvironmentVariables(variables.ToDictionary(pair => pair.Name, pair => pair.Value)), faults);
        return ((SampleOptions)binder.Bind(OptionSchema.For(typeof(SampleOptions)), map, "s", map.Source), faults, binder);
    }
}
