using Saker.Detector.Configuration;
using Saker.Settings;

namespace Saker.Detector.Tests.Configuration;

/// <summary>What of a configuration that is read anew makes a difference, and settings of the command line.</summary>
public sealed class ReloadedSettings : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("stdout_output: {enabled: false}")]
    [InlineData("file_output: {filename: /a}")]
    [InlineData("http_output: {url: 'http://127.0.0.1:1/'}")]
    [InlineData("syslog_output: {enabled: true}")]
    [InlineData("program_output: {program: cat}")]
    [InlineData("router_output: {address: 'http://127.0.0.1:1'}")]
    [InlineData("grpc: {bind_address: 'unix:///tmp/a.sock'}")]
    [InlineData("grpc_output: {enabled: true}")]
    [InlineData("outputs_queue: {capacity: 7}")]
    [InlineData("outputs_spool: {max_size_mib: 7}")]
    [InlineData("output_timeout: 7")]
    public void Another_setting_of_an_output_makes_other_outputs(string yaml)
    {
        Assert.False(Options(yaml).HasOutputsOf(Options("")));
        Assert.True(Options(yaml).HasOutputsOf(Options(yaml)));
        Assert.True(Options("priority: error").HasOutputsOf(Options("")));
    }

    [Theory]
    [InlineData("container_engines: {docker: {sockets: [/a.sock]}}", false)]
    [InlineData("container_engines: {label_max_len: 7}", false)]
    [InlineData("container_engines: {docker: {enabled: true}}", true)]
    [InlineData("container: {hold_ms: 0}", true)]
    public void Other_runtimes_are_asked_when_they_are_others(string yaml, bool isSame) =>
        Assert.Equal(isSame, Options(yaml).ContainerEngines.IsSame(Options("").ContainerEngines));

    [Theory]
    [InlineData("json_output=true", "True")]
    [InlineData("rules_files[]=/last", "/first /second /last")]
    [InlineData("rules_files[0]=/other", "/other /second")]
    [InlineData("rules_files[9]=/last", "/first /second /last")]
    [InlineData("rules_files={not yaml", "{not yaml")]
    [InlineData("rules_files=[/a, /b]", "/a /b")]
    public void A_setting_takes_the_place_of_what_the_file_says(string setting, string expected)
    {
        var options = Load("rules_files: [/first, /second]", setting).Options;
        Assert.Equal(expected, setting.StartsWith("json", StringComparison.Ordinal) ? options.JsonOutput.ToString() : string.Join(' ', options.RulesFiles));
    }

    [Theory]
    [InlineData("json_output", "no 'key=value'")]
    [InlineData("=true", "no 'key=value'")]
    [InlineData("rules_files[x]=/a", "There is no such key")]
    [InlineData("rules_files[0=/a", "There is no such key")]
    public void A_setting_that_is_none_is_told(string setting, string sentence) =>
        Assert.Contains(Load("", setting).Faults.All, fault => fault.Message.Contains(sentence, StringComparison.Ordinal));

    private DetectorOptions Options(string yaml)
    {
        var configuration = Load(yaml);
        Assert.False(configuration.Faults.HasErrors, string.Join('\n', configuration.Faults.All));
        return configuration.Options;
    }

    private DetectorConfiguration Load(string yaml, params string[] settings)
    {
        var file = Path.Combine(folder, "detector.yaml");
        File.WriteAllText(file, yaml + "\n");
        return DetectorConfiguration.Load(file, settings, EnvironmentVariables.None);
    }
}
