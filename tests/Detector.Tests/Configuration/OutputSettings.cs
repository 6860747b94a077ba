using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Settings;

namespace Saker.Detector.Tests.Configuration;

/// <summary>What falco.yaml says about outputs: it counts, and mistakes are named with key, value and cure.</summary>
public sealed class OutputSettings : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_keys_that_Falco_has_all_count()
    {
        var configuration = Load("""
            log_syslog: true
            output_timeout: 500
            syslog_output: {enabled: yes}
            program_output: {enabled: true, keep_alive: true, program: "logger -t falco"}
            http_output: {enabled: false, url: "http://a/", echo: true, max_consecutive_timeouts: 7, keep_alive: false}
            grpc: {enabled: true, bind_address: "0.0.0.0:5060", threadiness: 8, private_key: /k, cert_chain: /c, root_certs: /r}
            grpc_output: {enabled: true}
            """);
        Assert.Empty(configuration.Faults.All);
        var options = configuration.Options;
        Assert.True(options is { LogSyslog: true, OutputTimeout: 500, SyslogOutput.Enabled: true, GrpcOutput.Enabled: true, NeedsWholeAlerts: true });
        Assert.Equal(new ProgramOptions { Enabled = true, KeepAlive = true, Program = new("logger -t falco") }, options.ProgramOutput);
        Assert.True(options.HttpOutput is { Echo: true, MaxConsecutiveTimeouts: 7, KeepAlive: false });
        Assert.Equal(new GrpcOptions { Enabled = true, BindAddress = "0.0.0.0:5060", Threadiness = 8, PrivateKey = "/k", CertChain = "/c", RootCerts = "/r" }, options.Grpc);
    }

    [Fact]
    public void Mistakes_are_all_named_at_once()
    {
        var faults = Load("""
            output_timeout: -1
            program_output: {enabled: true, program: " "}
            http_output: {max_consecutive_timeouts: 256}
            router_output: {enabled: true, address: "router:2801"}
            outputs_spool: {enabled: true, folder: "", max_size_mib: 0}
            grpc: {enabled: true, bind_address: "localhost"}
            """).Faults.All;
        Assert.All(faults, static fault => Assert.Equal(FaultSeverity.Error, fault.Severity));
        Assert.Equal(
            ["grpc.bind_address", "http_output.max_consecutive_timeouts", "output_timeout", "outputs_spool.folder", "outputs_spool.max_size_mib", "program_output.program", "router_output.address"],
            faults.Select(static fault => fault.Key).Order(StringComparer.Ordinal));
        Assert.Contains(faults, static fault => fault.Message == "'localhost' is neither a socket's path nor an IP address with its port; write it as in 'unix:///run/falco/falco.sock' or '0.0.0.0:5060'.");
        Assert.Contains(faults, static fault => fault.Message.StartsWith("This output is enabled and names no program;", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:2801", "")]
    [InlineData("https://router.example.com/", "")]
    [InlineData("unix:///run/router.sock", "")]
    [InlineData("unix://run/router.sock", "names no path from the root")]
    [InlineData("ftp://a", "This is no address of a router")]
    [InlineData("http://user:hidden@a", "There is a user or a password in it")]
    [InlineData("http://a/alerts", "There is a path behind host and port")]
    public void The_router_has_an_address_of_three_forms(string address, string sentence)
    {
        var faults = Load($"router_output: {{enabled: true, address: '{address}'}}\n").Faults.All;
        Assert.Equal(sentence.Length == 0 ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.Contains(sentence, fault.Message, StringComparison.Ordinal));
        Assert.All(faults, static fault => Assert.DoesNotContain("hidden", fault.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_enabled_is_no_mistake() =>
        Assert.Empty(Load("program_output: {program: ''}\nrouter_output: {address: x}\noutputs_spool: {folder: ''}\ngrpc: {bind_address: x}\n").Faults.All);

    [Theory]
    [InlineData("program_output: {enabled: true, program: 'mail hidden'}")]
    [InlineData("router_output: {enabled: true, token: hidden}")]
    public void Secrets_print_as_asterisks(string yaml) => Assert.DoesNotContain("hidden", $"{Load(yaml).Options}", StringComparison.Ordinal);

    [Theory]
    [InlineData("grpc_output: {enabled: true}", "grpc_output is enabled and grpc is not")]
    [InlineData("grpc: {enabled: true}", "grpc is enabled and grpc_output is not")]
    [InlineData("stdout_output: {enabled: true}", "")]
    public async Task Half_of_what_gRPC_needs_is_told(string yaml, string sentence)
    {
        var log = new KeptLog();
        foreach (var queue in OutputAssembly.Create(Load(yaml), TimeProvider.System, log, CancellationToken.None))
        {
            await queue.DisposeAsync();
        }

        Assert.Equal(sentence.Length == 0 ? 0 : 1, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.StartsWith(sentence, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_a_reload_new_outputs_are_made_before_the_old_ones_stop_and_begin_after_that()
    {
        var log = new KeptLog();
        var configuration = Load($"""
            stdout_output: {"{"}enabled: false{"}"}
            http_output: {"{"}enabled: true, url: 'http://127.0.0.1:1/'{"}"}
            outputs_spool: {"{"}enabled: true, folder: spool{"}"}
            grpc: {"{"}enabled: true, bind_address: 'unix://{folder}/falco.sock'{"}"}
            grpc_output: {"{"}enabled: true{"}"}
            """);
        var before = OutputAssembly.Create(configuration, TimeProvider.System, log, CancellationToken.None);
        await Outputs.When.IsAsync(() => File.Exists($"{folder}/falco.sock") && File.Exists($"{folder}/spool/http/lock"));
        var begin = OutputAssembly.Prepare(configuration, TimeProvider.System, log);
        foreach (var queue in before)
        {
            queue.Write(Outputs.When.Alert(1));
            await queue.DisposeAsync();
        }

        Assert.False(File.Exists($"{folder}/falco.sock"));
        var after = begin(CancellationToken.None);
        await Outputs.When.IsAsync(() => File.Exists($"{folder}/falco.sock") && after[0].Spool!.Value.Alerts == 1);
        foreach (var queue in after)
        {
            await queue.DisposeAsync();
        }

        Assert.DoesNotContain(log.Lines, static line => line.Contains("cannot be opened", StringComparison.Ordinal) || line.Contains("cannot be served", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_for_the_spool_that_cannot_be_made_stops_the_start()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        var configuration = Load($"http_output: {{enabled: true, url: 'http://a/'}}\noutputs_spool: {{enabled: true, folder: {folder}/file/spool}}\n");
        var refused = Assert.Throws<IOException>(() => OutputAssembly.Create(configuration, TimeProvider.System, new KeptLog(), CancellationToken.None));
        Assert.StartsWith($"outputs_spool.folder: The folder '{folder}/file/spool' cannot be written", refused.Message, StringComparison.Ordinal);
    }

    private DetectorConfiguration Load(string yaml)
    {
        var file = Path.Combine(folder, "falco.yaml");
        File.WriteAllText(file, yaml);
        return DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
    }
}
