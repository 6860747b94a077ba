using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

public sealed class RouterConfigurationTests : IDisposable
{
    private static readonly OutputCatalogue Catalogue = new(
        OutputRegistration.For<SampleOutput, SampleOptions>(), OutputRegistration.For<PlainOutput, PlainOptions>());

    private readonly string folder = Directory.CreateTempSubdirectory("saker-config").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_a_file_and_variables_everything_is_at_its_default()
    {
        var configuration = RouterConfigurationLoader.Load(null, EnvironmentVariables.None, Catalogue);
        Assert.Empty(configuration.Faults);
        Assert.False(configuration.IsRefused);
        Assert.Empty(configuration.Outputs);
        Assert.Equal(2801, configuration.Router.ListenPort);
        Assert.All(configuration.Effective, value => Assert.Null(value.Source));
    }

    [Fact]
    public void A_section_of_Falcosidekick_is_the_instance_of_its_own_name()
    {
        var configuration = Load("Sample:\n  URL: http://x\n  minimumpriority: error\nlistenport: 2802\n");
        Assert.Empty(configuration.Faults);
        var output = Assert.Single(configuration.Outputs);
        Assert.Equal("sample", output.Name);
        Assert.Equal("http://x", Assert.IsType<SampleOptions>(output.Options).Url.Reveal());
        Assert.Equal(Priority.Error, output.Options.MinimumPriority);
        Assert.Equal(2802, configuration.Router.ListenPort);
    }

    [Fact]
    public void Variables_alone_switch_an_output_on()
    {
        var configuration = RouterConfigurationLoader.Load(null, Variables(("SAMPLE_URL", "http://x"), ("SAMPLE_CHANNEL", "#c")), Catalogue);
        Assert.Empty(configuration.Faults);
        Assert.Equal("#c", Assert.IsType<SampleOptions>(Assert.Single(configuration.Outputs).Options).Channel);
    }

    [Fact]
    public void Variables_of_an_output_that_is_off_are_not_checked()
    {
        var configuration = RouterConfigurationLoader.Load(null, Variables(("SAMPLE_BATCHSIZE", "nonsense"), ("SAMPLE_URL", ""), ("SAMPLE_NOSUCH", "x")), Catalogue);
        Assert.Empty(configuration.Faults);
        Assert.Empty(configuration.Outputs);
    }

    [Fact]
    public void Several_instances_of_one_type_stand_below_outputs_and_have_their_variables()
    {
        var configuration = Load(
            """
            outputs:
              sec-sample: {type: sample, url: http://a, minimumpriority: critical}
              b: {type: SAMPLE}
              keep: {type: plain, path: /tmp/x}
              out: {type: plain, enabled: false}
            """,
            ("OUTPUTS_SEC_SAMPLE_CHANNEL", "#sec"), ("OUTPUTS_B_URL", "http://b"));
        Assert.Empty(configuration.Faults);
        Assert.Equal(["sec-sample", "b", "keep"], configuration.Outputs.Select(output => output.Name));
        Assert.Equal("#sec", Assert.IsType<SampleOptions>(configuration.Outputs[0].Options).Channel);
        Assert.Equal("http://b", Assert.IsType<SampleOptions>(configuration.Outputs[1].Options).Url.Reveal());
    }

    [Fact]
    public void A_section_without_its_deciding_key_is_off_and_still_checked()
    {
        var configuration = Load("sample:\n  url:\n  channel: '#c'\n");
        Assert.False(configuration.IsRefused);
        Assert.Empty(configuration.Outputs);
        Assert.Equal("sample: This output is off, because sample.url is not set.", configuration.Faults.Select(fault => $"{fault.Key}: {fault.Message}").Single());
        Assert.True(Load("sample: {batchsize: many}\n").IsRefused);
    }

    [Fact]
    public void Every_fault_of_the_outputs_map_is_named_at_once()
    {
        var configuration = Load(
            """
            outputs:
              Bad_Name: {type: plain}
              a: {type: plian}
              b: {type: pagerduty}
              c: {}
              d: text
              sample: {type: sample}
              e: {type: plain, paht: x}
            sample: {url: http://x}
            """);
        Assert.True(configuration.IsRefused);
        Assert.Equal(
            [
                "outputs.Bad_Name: A name has 1 to 63 of the characters a-z, 0-9 and '-', and does not begin with '-'.",
                "outputs.a.type: 'plian' is not one of plain, sample; did you mean 'plain'?",
                "outputs.b.type: The output 'pagerduty' is not in this version; take it out, or set 'config.onerror: ignore' to run without it.",
                "outputs.c.type: This must be set to one of plain, sample.",
                "outputs.d: An output is a map; put 'type' and the output's keys below its name.",
                "outputs.e.paht: There is no such key; did you mean 'path'?",
                "outputs.sample: The section 'sample' is an output of this name already; choose another name.",
            ],
            configuration.Faults.Select(fault => $"{fault.Key}: {fault.Message}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_keys_with_one_variable_are_an_error()
    {
        var configuration = Load("outputs:\n  a: {type: sample, url: x}\n  a-batching: {type: plain}\n");
        Assert.Contains(configuration.Faults, fault => fault.ToString().StartsWith("OUTPUTS_A_BATCHING_ENABLED: This variable would set outputs.a.batching.enabled and outputs.a-batching.enabled", StringComparison.Ordinal));
    }

    [Fact]
    public void Outputs_that_this_version_lacks_are_named_as_such_and_ignored_on_request()
    {
        const string yaml = "pagerduty:\n  routingkey: secret1\nloki: {hostport: ''}\naws:\n  sns: {topicarn: x}\npolicyreport: {enabled: false}\n";
        var refused = Load(yaml, ("WEBUI_URL", "http://x"));
        Assert.True(refused.IsRefused);
        Assert.Equal(["aws.sns", "pagerduty", "webui"], refused.Faults.Select(fault => fault.Key).Order());
        Assert.All(refused.Faults, fault => Assert.Contains("is not in this version", fault.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret1", string.Join("\n", refused.Faults), StringComparison.Ordinal);

        var ignored = Load(yaml + "config: {onerror: ignore}\n");
        Assert.False(ignored.IsRefused);
        Assert.All(ignored.Faults, fault => Assert.Equal(FaultSeverity.Warning, fault.Severity));
    }

    [Fact]
    public void The_nearest_section_is_offered_for_a_misspelt_one()
    {
        var configuration = Load("pagerdutty: {routingkey: x}\nlistenprt: 1\n");
        Assert.Equal(
            ["pagerdutty: There is no such key; did you mean 'pagerduty'?", "listenprt: There is no such key; did you mean 'listenport'?"],
            configuration.Faults.Select(fault => $"{fault.Key}: {fault.Message}"));
    }

    [Theory]
    [InlineData("aws: {regoin: eu-west-1}", "aws.regoin: There is no such key; did you mean 'region'?")]
    [InlineData("aws: {s3: {buckett: x}}", "aws.s3.buckett: There is no such key; did you mean 'bucket'?")]
    [InlineData("aws: {sss: {bucket: x}}", "aws.sss: There is no such key; did you mean 'sns'?")]
    [InlineData("aws: eu-west-1", "aws: This is a section; put its keys below it, one a line.")]
    [InlineData("gcp: {credentails: x}", "gcp.credentails: There is no such key; did you mean 'credentials'?")]
    [InlineData("gcp: {pubsub: {topci: x}}", "gcp.pubsub.topci: There is no such key; did you mean 'topic'?")]
    [InlineData("azure: {tenantid: x}", "azure.tenantid: There is no such key.")]
    [InlineData("otlp: {traces: {endpiont: x}}", "otlp.traces.endpiont: There is no such key; did you mean 'endpoint'?")]
    [InlineData("yandex: {regon: x}", "yandex.regon: There is no such key; did you mean 'region'?")]
    [InlineData("loki: {tennant: x}", "loki.tennant: There is no such key; did you mean 'tenant'?")]
    [InlineData("loki: {tenant: {a: b}}", "loki.tenant: One value belongs here, not a map.")]
    [InlineData("aws.regoin: x", "aws.regoin: There is no such key; did you mean 'region'?")]
    [InlineData("AWS: {Region: x, s3: {Prefix: y}}", null)]
    [InlineData("loki: {customheaders: {X-A: b}, extralabels: a}", null)]
    [InlineData("aws:\ngcp: {}\n", null)]
    public void A_misspelt_key_of_an_output_that_is_not_here_is_told(string yaml, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Load(yaml).Faults.Select(static fault => $"{fault.Key}: {fault.Message}"));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("localhost", true)]
    [InlineData("::1", true)]
    [InlineData("'[::1]'", true)]
    [InlineData("fe80::1", true)]
    [InlineData("1", false)]
    [InlineData("127.1", false)]
    [InlineData("0x7f.0.0.1", false)]
    [InlineData("010.0.0.1", false)]
    [InlineData("2130706433", false)]
    [InlineData("example.com", false)]
    public void An_address_to_listen_on_is_written_in_full(string text, bool isOne) =>
        Assert.Equal(isOne, Load($"listenaddress: {text}\n").Faults.Count == 0);

    [Fact]
    public void References_to_variables_and_to_the_home_folder_are_named()
    {
        var configuration = Load("sample: {url: 'http://h/${TOKEN}', channel: '~/x'}\ncustomtags: ['a${HOME}']\ncustomfields: {a: '$x ${} ~'}\n");
        Assert.Equal(
            [
                "sample.url: '${TOKEN}' is taken as written: a variable is put in where a value says ${env:TOKEN}, and SAMPLE_URL sets this key as a whole.",
                "sample.channel: '~' stands for no folder here; write the path in full.",
                "customtags: '${HOME}' is taken as written: a variable is put in where a value says ${env:HOME}, and CUSTOMTAGS sets this key as a whole.",
            ],
            configuration.Faults.Select(static fault => $"{fault.Key}: {fault.Message}"));
    }

    [Fact]
    public void An_output_without_a_destination_that_can_be_used_stays_off()
    {
        var configuration = RouterConfigurationLoader.Load(
            Write("config: {onerror: ignore}\nwebhook: {address: 'ftp://h'}\nslack: {webhookurl: \"http://h/a\\nb\"}\noutputs: {s: {type: stdout, enabled: f}}\n"), EnvironmentVariables.None, OutputCatalogue.Default);
        Assert.False(configuration.IsRefused);
        Assert.Empty(configuration.Outputs);
    }

    [Fact]
    public void Stray_variables_and_service_links_are_named_once_and_left_alone()
    {
        var configuration = Load(
            "sample: {url: http://x}\n",
            ("SAMPLE", "x"), ("SAMPLE_PORT", "tcp://10.0.0.1:80"), ("SAMPLE_SERVICE_HOST", "10.0.0.1"), ("SAMPLE_CHANEL", "y"), ("PATH", "/bin"), ("LOGSTASH_PORT", "tcp://10.0.0.2:5044"));
        Assert.False(configuration.IsRefused);
        Assert.Equal(
            [
                "SAMPLE: This variable has the name of a section and sets nothing; it is left alone.",
                "SAMPLE_CHANEL: The output 'sample' has no such key; did you mean 'SAMPLE_CHANNEL'?",
                "LOGSTASH_PORT: Service links of Kubernetes are left alone: LOGSTASH_PORT, SAMPLE_PORT, SAMPLE_SERVICE_HOST.",
            ],
            configuration.Faults.Select(fault => fault.ToString()));
        Assert.Equal("http://x", Assert.IsType<SampleOptions>(Assert.Single(configuration.Outputs).Options).Url.Reveal());
    }

    [Fact]
    public void Dotted_keys_at_the_top_reach_into_sections()
    {
        var configuration = Load("sample.url: http://x\nsample:\n  channel: '#c'\nhttp.maxbodysize: 1MiB\nsample.batching.enabled: true\n");
        Assert.Empty(configuration.Faults);
        var options = Assert.IsType<SampleOptions>(Assert.Single(configuration.Outputs).Options);
        Assert.Equal("#c", options.Channel);
        Assert.True(options.Batching.Enabled);
        Assert.Equal(1 << 20, configuration.Router.Http.MaxBodySize.Bytes);
    }

    [Theory]
    [InlineData("customfields:\n  a: b\n  gone: '%NOTSET'\n", 3)]
    [InlineData("templatedfields:\n  a: b\n  bad: '{{ nope'\n", 3)]
    [InlineData("falcogrpc:\n  a: {address: 'unix:///run/f.sock'}\n  b: {address: 'h:1', cacertfile: /nowhere/ca.crt}\n", 3)]
    public void A_fault_of_one_entry_has_the_line_of_the_entry(string yaml, int line) =>
        Assert.Contains($":{line}:", Assert.Single(Load(yaml).Faults).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_fault_of_an_entry_that_a_variable_has_names_the_variable()
    {
        var configuration = Load("customfields: {a: b}\n", ("CUSTOMFIELDS_A", "%NOTSET"));
        Assert.StartsWith("CUSTOMFIELDS_A: customfields.a: ", Assert.Single(configuration.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_ours_at_the_top_is_told_where_it_belongs() =>
        Assert.Equal(
            "plain: This output has no section of its own; write it below 'outputs', under a name that you choose, with 'type: plain'.",
            Load("plain: {path: x}\n").Faults.Select(fault => $"{fault.Key}: {fault.Message}").Single());

    [Fact]
    public void A_custom_field_may_name_a_variable()
    {
        var configuration = Load("customfields: {env: '%MYVAR', gone: '%NOTSET', plain: 'x%MYVAR', Env.Name: prod}\n", ("MYVAR", "my:value"));
        Assert.False(configuration.IsRefused);
        Assert.Equal("customfields.gone: The variable 'NOTSET' is not set; the field is left out.", configuration.Faults.Select(fault => $"{fault.Key}: {fault.Message}").Single());
        Assert.Equal(["env", "plain", "Env.Name"], configuration.Router.CustomFields.Keys);
        Assert.Equal("my:value", configuration.Router.CustomFields["env"]);
        Assert.Equal("x%MYVAR", configuration.Router.CustomFields["plain"]);
        Assert.Equal("prod", configuration.Router.CustomFields["Env.Name"]);
    }

    [Theory]
    [InlineData("listenport: 0", "listenport: '0' is out of range")]
    [InlineData("listenport: 70000", "listenport: '70000' is out of range")]
    [InlineData("listenport: abc", "listenport: 'abc' is not a whole number")]
    [InlineData("listenaddress: 999.1.1.1", "listenaddress: '999.1.1.1' is not an IP address")]
    [InlineData("http: {maxbodysize: 12}", "http.maxbodysize: '12' is out of range")]
    [InlineData("customfields: {rule: x}", "customfields: The metrics have a label 'rule' already; choose another name than 'rule'.")]
    [InlineData("prometheus: {extralabels: 'a.b,a_b'}", "prometheus.extralabels: The metrics have a label 'a_b' already")]
    [InlineData("prometheus: {extralabels: [bad-name]}", "prometheus.extralabels: 'bad-name' is no label of Prometheus")]
    [InlineData("prometheus: {extralabelslist: [ok, bad-name]}", "prometheus.extralabelslist: 'bad-name' is no label of Prometheus")]
    [InlineData("loglevel: infos", "loglevel: 'infos' is not one of debug, info, warning, error; did you mean 'info'?")]
    [InlineData("logformat: xml", "logformat: 'xml' is not one of text, json")]
    [InlineData("tlsserver: {deploy: true, certfile: /nonexistent/server.crt, keyfile: /dev/null}", "tlsserver.certfile: The file '/nonexistent/server.crt' cannot be read: there is no such file.")]
    [InlineData("sample: http://x", "sample: This is a section")]
    [InlineData("config: {onerror: ignor}", "config.onerror: 'ignor' is not one of refuse, ignore; did you mean 'ignore'?")]
    public void A_wrong_value_is_refused(string yaml, string begin)
    {
        var configuration = Load(yaml + "\n");
        Assert.True(configuration.IsRefused);
        var fault = Assert.Single(configuration.Faults);
        Assert.StartsWith(begin, $"{fault.Key}: {fault.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused_even_when_faults_are_ignored()
    {
        foreach (var path in new[] { Path.Combine(folder, "none.yaml"), folder })
        {
            Assert.True(RouterConfigurationLoader.Load(path, Variables(("CONFIG_ONERROR", "ignore")), Catalogue).IsRefused);
        }
    }

    [Fact]
    public void The_seeds_configuration_works_for_what_exists_and_names_the_rest()
    {
        var catalogue = new OutputCatalogue(OutputCatalogue.Default.All.Where(output => output.Descriptor.Type is "slack" or "webhook"));
        var seed = RecordedData.Path("seed", "falcosidekick.yaml");
        var configuration = RouterConfigurationLoader.Load(seed, EnvironmentVariables.None, catalogue);
        Assert.True(configuration.IsRefused);
        Assert.Equal(["elasticsearch", "loki", "pagerduty"], configuration.Faults.Select(fault => fault.Key).Order());
        Assert.All(configuration.Faults, fault => Assert.Contains("is not in this version", fault.Message, StringComparison.Ordinal));
        Assert.Equal("prod", configuration.Router.Prometheus.ExtraLabels["env"]);

        var ignored = RouterConfigurationLoader.Load(seed, Variables(("CONFIG_ONERROR", "ignore")), catalogue);
        Assert.False(ignored.IsRefused);
        Assert.Equal(["slack", "webhook"], ignored.Outputs.Select(output => output.Name));
    }

    [Fact]
    public void Strict_compatibility_lowers_the_keys_of_maps_in_the_file_and_leaves_those_of_variables()
    {
        const string yaml = "customfields: {Akey: A, Env.Name: prod}\nSample: {url: http://x, LABELS: {Team: Sec}}\noutputs:\n  b: {type: sample, url: x, labels: {Team: Sec}}\n";
        var loose = Load(yaml);
        Assert.Equal(["Akey", "Env.Name"], loose.Router.CustomFields.Keys);
        var strict = Load(yaml + "strictcompatibility: true\n");
        Assert.Empty(strict.Faults);
        Assert.Equal(["akey", "env.name"], strict.Router.CustomFields.Keys);
        Assert.Equal("Sec", Assert.IsType<SampleOptions>(strict.Outputs[0].Options).Labels["team"]);
        Assert.Equal("Sec", Assert.IsType<SampleOptions>(strict.Outputs[1].Options).Labels["Team"]);
        Assert.Equal(["Akey"], Load("", ("STRICTCOMPATIBILITY", "true"), ("CUSTOMFIELDS", "Akey:A")).Router.CustomFields.Keys);
    }

    [Fact]
    public void Mutual_tls_without_tls_and_unknown_paths_are_warned_of()
    {
        var configuration = Load("tlsserver: {mutualtls: true}\n");
        Assert.False(configuration.IsRefused);
        Assert.Equal("tlsserver.mutualtls", Assert.Single(configuration.Faults).Key);
    }

    private RouterConfiguration Load(string yaml, params (string Name, string Value)[] variables) =>
        RouterConfigurationLoader.Load(Write(yaml), Variables(variables), Catalogue);

    private string Write(string yaml)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }

    private static EnvironmentVariables Variables(params (string Name, string Value)[] variables) =>
        new(variables.ToDictionary(pair => pair.Name, pair => pair.Value));
}
