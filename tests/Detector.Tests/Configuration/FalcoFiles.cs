using Saker.Detector.Configuration;
using Saker.Settings;

namespace Saker.Detector.Tests.Configuration;

/// <summary>What people have in their falco.yaml, of all versions: it works as it is, or one sentence says what does not.</summary>
public sealed class FalcoFiles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(FalcoVersions.Files), MemberType = typeof(FalcoVersions))]
    public void A_file_of_an_older_version_starts(string version, string yaml)
    {
        var configuration = Load(yaml);
        Assert.True(!configuration.Faults.HasErrors, $"{version}: {string.Join('\n', configuration.Faults.All)}");
        // A key that Falco has, or had, is never taken for a typing error.
        Assert.DoesNotContain(configuration.Faults.All, static fault => fault.Message.Contains("no such key", StringComparison.Ordinal));
        Assert.True(configuration.Faults.All.Count(static fault => fault.Message.StartsWith("Without effect", StringComparison.Ordinal)) <= 1);
    }

    [Fact]
    public void The_keys_without_effect_are_one_line_and_what_somebody_relies_on_is_a_sentence()
    {
        var configuration = Load("""
            buffered_outputs: true
            log_syslog: true
            libs_logger: {enabled: true, severity: info}
            output_timeout: 2000
            outputs: {rate: 1, max_burst: 1000}
            metadata_download: {max_mb: 100}
            metrics: {enabled: true, libbpf_stats_enabled: false, jemalloc_stats_enabled: On}
            """);
        Assert.Equal(
            [
                "falco.yaml: Without effect in this version: libs_logger (one log for all: log_level), metadata_download (kubernetes_metadata asks for what it needs alone), metrics.jemalloc_stats_enabled (memory is .NET's, not jemalloc's; resource_utilization_enabled shows it).",
                "outputs: Alerts are not limited to a rate, so that none is lost; the outputs' queues are bounded (outputs_queue.capacity).",
            ],
            Messages(configuration).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rules_file_is_the_older_name_of_rules_files()
    {
        Assert.Equal(["/a.yaml", "/b"], Load("rules_file: [/a.yaml, /b]\n").Options.RulesFiles);
        Assert.Equal(["/a.yaml"], Load("rules_file: /a.yaml\n").Options.RulesFiles);
        Assert.Contains("'rules_files' is set too", string.Join('\n', Messages(Load("rules_file: /a.yaml\nrules_files: [/b]\n"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_repeated_key_and_of_two_documents_the_first_counts_and_it_is_told()
    {
        var configuration = Load("priority: warning\njson_output: true\npriority: debug\nstdout_output: {enabled: false, enabled: true}\n---\njson_output: false\n");
        Assert.False(configuration.Faults.HasErrors);
        Assert.Equal(Alerts.Priority.Warning, configuration.Options.Priority);
        Assert.True(configuration.Options.JsonOutput);
        Assert.False(configuration.Options.StdoutOutput.Enabled);
        Assert.Equal(3, configuration.Faults.All.Count);
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("Yes", true)]
    [InlineData("YES", true)]
    [InlineData("on", true)]
    [InlineData("y", true)]
    [InlineData("True", true)]
    [InlineData("'true'", true)]
    [InlineData("no", false)]
    [InlineData("Off", false)]
    [InlineData("N", false)]
    public void Words_for_truth_are_those_of_YAML_1_1(string word, bool value)
    {
        var configuration = Load($"json_output: {word}\nappend_output: [{"{"}suggested_output: {word}{"}"}]\nwebserver: {"{"}ssl_enabled: {word}{"}"}\n");
        Assert.Empty(configuration.Faults.All);
        Assert.Equal(value, configuration.Options.JsonOutput);
        Assert.Equal(value, configuration.Options.Webserver.SslEnabled);
        Assert.Equal(value, configuration.Options.AppendOutput[0].SuggestedOutput);
    }

    [Fact]
    public void A_word_that_is_neither_true_nor_false_is_an_error_with_its_place()
    {
        var fault = Assert.Single(Load("json_output: maybe\n").Faults.All);
        Assert.Equal(FaultSeverity.Error, fault.Severity);
        Assert.EndsWith("falco.yaml:1:14: json_output: 'maybe' is not a truth value; write 'true' or 'false'.", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("syscall_buf_size_preset: 7\nsyscall_drop_failed_exit: true\nmodern_bpf: {cpus_for_each_syscall_buffer: 5}\n", 7, true, 5)]
    [InlineData("engine: {kind: kmod, kmod: {buf_size_preset: 6, drop_failed_exit: true}, modern_ebpf: {buf_size_preset: 2}}\n", 6, true, 2)]
    [InlineData("engine: {kind: ebpf, ebpf: {probe: /p.o, buf_size_preset: 3}}\n", 3, false, 2)]
    [InlineData("engine: {kind: modern_ebpf, kmod: {buf_size_preset: 6}, modern_ebpf: {buf_size_preset: 2, cpus_for_each_buffer: 1}}\n", 2, false, 1)]
    [InlineData("engine: {kind: modern_ebpf}\nsyscall_buf_size_preset: 7\n", 4, false, 2)]
    public void Settings_of_older_versions_and_of_other_drivers_are_those_of_the_one_that_there_is(string yaml, int preset, bool dropFailed, int cpus)
    {
        var configuration = Load(yaml);
        Assert.False(configuration.Faults.HasErrors);
        Assert.Equal(EngineKind.ModernEbpf, configuration.Options.Engine.Kind);
        var driver = configuration.Options.Engine.ModernEbpf;
        Assert.Equal((preset, dropFailed, cpus), (driver.BufSizePreset, driver.DropFailedExit, driver.CpusForEachBuffer));
    }

    [Theory]
    [InlineData("engine: {kind: nodriver}", "engine.kind: 'nodriver' watches plugins only")]
    [InlineData("engine: {kind: gvisor}", "engine.kind: This version cannot watch gVisor's sandboxes")]
    [InlineData("engine: {kind: modern_epbf}", "engine.kind: 'modern_epbf' is not one of modern_ebpf, replay; did you mean 'modern_ebpf'?")]
    [InlineData("engine: {kind: replay}", "engine.replay.capture_file: A replay needs a capture")]
    [InlineData("file_output: {enabled: true, filename: ''}", "file_output.filename: This output is enabled and names no file.")]
    public void What_cannot_be_stops_the_start_with_a_sentence(string yaml, string sentence)
    {
        var configuration = Load(yaml);
        Assert.True(configuration.Faults.HasErrors);
        Assert.Contains(Messages(configuration), message => message.StartsWith(sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plugins: [{name: container, library_path: libcontainer.so, init_config: {label_max_len: 100}}]\nload_plugins: [container]", "")]
    [InlineData("plugins: [{name: json, library_path: libjson.so}, {name: k8saudit, library_path: a.so}]\nload_plugins: []", "")]
    [InlineData("plugins: [{name: json, library_path: libjson.so}, {name: k8saudit, library_path: a.so}]\n", "json, k8saudit")]
    [InlineData("plugins: [{name: json, library_path: libjson.so}, {name: k8saudit, library_path: a.so}]\nload_plugins: [k8saudit, container]", "k8saudit")]
    public void Plugins_that_would_be_loaded_are_named(string yaml, string names)
    {
        var messages = Messages(Load(yaml)).ToList();
        Assert.Equal(names.Length == 0 ? 0 : 1, messages.Count);
        Assert.All(messages, message => Assert.Contains($"loads no plugins ({names});", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_stand_for_their_values_in_files_and_nowhere_else()
    {
        var environment = new EnvironmentVariables(new Dictionary<string, string> { ["PRIORITY"] = "error", ["my.url"] = "http://a/", ["ON"] = "yes" });
        var file = Path.Combine(folder, "falco.yaml");
        File.WriteAllText(file, "priority: ${PRIORITY}\njson_output: \"${ON}\"\nhttp_output: {url: '${my.url}$${x}', user_agent: 'a${NOBODY}b'}\nfile_output: {filename: '${unclosed'}\n");
        var configuration = DetectorConfiguration.Load(file, ["webserver.ssl_certificate=${PRIORITY}"], environment);
        Assert.Equal(Alerts.Priority.Error, configuration.Options.Priority);
        Assert.True(configuration.Options.JsonOutput);
        Assert.Equal("http://a/${x}", configuration.Options.HttpOutput.Url.Reveal());
        Assert.Equal("ab", configuration.Options.HttpOutput.UserAgent);
        Assert.Equal("${unclosed", configuration.Options.FileOutput.Filename);
        Assert.Equal("${PRIORITY}", configuration.Options.Webserver.SslCertificate);
        Assert.Equal("The variable NOBODY is not set; nothing stands in its place.", Assert.Single(configuration.Faults.All).Message);
    }

    [Fact]
    public void Further_files_are_put_in_by_their_strategy()
    {
        Directory.CreateDirectory(Path.Combine(folder, "config.d"));
        Write("config.d/10-a.yaml", "priority: error\nrules_files: [/more.yaml]\nstatic_fields: {env: prod}\n");
        Write("config.d/20-b.yaml", "priority: critical\n");
        Write("replace.yaml", "append_output: [{extra_output: second}]\n");
        Write("add.yaml", "json_output: true\nlog_level: debug\n");
        var configuration = Load("""
            config_files:
              - config.d
              - path: replace.yaml
                strategy: override
              - path: add.yaml
                strategy: add-only
              - nobody.yaml
            rules_files: [/first.yaml]
            append_output: [{extra_output: first}]
            json_output: false
            """);
        Assert.Empty(configuration.Faults.All);
        var options = configuration.Options;
        Assert.Equal(["/first.yaml", "/more.yaml"], options.RulesFiles);
        Assert.Equal(Alerts.Priority.Critical, options.Priority);
        Assert.Equal("second", Assert.Single(options.AppendOutput).ExtraOutput);
        Assert.False(options.JsonOutput);
        Assert.Equal(Alerts.Priority.Debug, options.LogLevel);
        Assert.Equal("prod", options.StaticFields["env"]);
        Assert.Equal(["falco.yaml", "10-a.yaml", "20-b.yaml", "replace.yaml", "add.yaml"], configuration.Files.Select(Path.GetFileName));
    }

    [Fact]
    public void The_command_line_wins_over_included_files_and_may_name_them()
    {
        Write("more.yaml", "priority: error\njson_output: true\n");
        var configuration = Load("priority: debug\n", $"config_files={Path.Combine(folder, "more.yaml")}", "priority=alert");
        Assert.Equal(Alerts.Priority.Alert, configuration.Options.Priority);
        Assert.True(configuration.Options.JsonOutput);
    }

    [Theory]
    [InlineData("config_files: [falco.yaml]\n", "The configuration file names itself")]
    [InlineData("config_files: [{path: more.yaml, strategy: appnd}]\n", "'appnd' is not one of append, override, add-only; did you mean 'append'?")]
    [InlineData("config_files: [{strategy: append}]\n", "A path belongs here")]
    [InlineData("config_files: [again.yaml]\n", "A file that is included includes no further ones")]
    [InlineData("config_files: [broken.yaml]\n", "This is not valid YAML")]
    public void Mistakes_in_what_is_included_are_told_with_their_place(string yaml, string sentence)
    {
        Write("again.yaml", "config_files: [more.yaml]\n");
        Write("broken.yaml", "rules: [a, b\npriority: debug\n");
        var fault = Assert.Single(Load(yaml).Faults.All);
        Assert.Equal(FaultSeverity.Error, fault.Severity);
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Source.Line > 0);
    }

    [Fact]
    public void Files_of_rules_that_are_not_there_are_passed_over()
    {
        Write("rules.yaml", "");
        var configuration = Load("rules_files: [rules.yaml, falco_rules.local.yaml, rules.d]\n");
        Assert.Equal(["rules.yaml"], configuration.RulePaths([]).Select(Path.GetFileName));
        Assert.Equal(["falco_rules.local.yaml", "rules.d"], configuration.AbsentRulePaths([]).Select(Path.GetFileName));
        Assert.Equal(["/mine.yaml"], configuration.RulePaths(["/mine.yaml"]));
        Assert.Empty(configuration.AbsentRulePaths(["/mine.yaml"]));
    }

    [Fact]
    public void A_dash_with_nothing_behind_it_is_no_item_and_a_large_queue_is_the_largest()
    {
        var configuration = Load("rules_files:\n  - /a.yaml\n  -\nrules:\n  -\noutputs_queue: {capacity: 9223372036854775807}\n");
        Assert.Empty(configuration.Faults.All);
        Assert.Equal(["/a.yaml"], configuration.Options.RulesFiles);
        Assert.Equal(1_000_000, configuration.Options.OutputsQueue.Bound);
    }

    private IEnumerable<string> Messages(DetectorConfiguration configuration) =>
        configuration.Faults.All.Select(fault => fault.Key.Length == 0 ? $"{fault.Source.Name.Replace(folder + "/", "", StringComparison.Ordinal)}: {fault.Message}" : $"{fault.Key}: {fault.Message}");

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);

    private DetectorConfiguration Load(string yaml, params string[] settings)
    {
        Write("falco.yaml", yaml);
        return DetectorConfiguration.Load(Path.Combine(folder, "falco.yaml"), settings, EnvironmentVariables.None);
    }
}
