using System.Text.Json;
using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Cli;

public sealed class MigrateCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-migrate").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Every_key_is_named_with_what_it_becomes_and_no_secret_is_shown()
    {
        var (code, output) = await RunAsync("slack:\n  webhookurl: https://hooks.example/secret\n  minimumpriority: warning\ncustomfields: {a.b: c}\n", []);
        Assert.Equal(0, code);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
        var lines = output.Split('\n');
        Assert.Contains(lines, static line => line.StartsWith("slack.webhookurl ", StringComparison.Ordinal) && line.EndsWith(":2:15  ***", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("customfields ", StringComparison.Ordinal) && line.EndsWith("  {a.b: c}", StringComparison.Ordinal));
        Assert.Contains("Outputs: slack.", lines);
        Assert.Contains("Slack, otherwise than Falcosidekick ('strictcompatibility: true' gives the old form):", lines);
        Assert.Contains("The router starts with this as it is: give it the same file and the same variables.", lines);
    }

    [Fact]
    public async Task What_must_be_mended_first_is_marked()
    {
        var (code, output) = await RunAsync("slack: {webhookurl: https://h, minimumpriority: warnin, nosuch: x}\n", new() { ["LISTENPORT"] = "0" });
        Assert.Equal(2, code);
        Assert.Matches(@"slack\.minimumpriority +\S+ +mend: 'warnin' is not one of", output);
        Assert.Matches(@"slack\.nosuch +\S+ +mend: There is no such key", output);
        Assert.Matches(@"listenport +LISTENPORT +mend: '0' is out of range", output);
        Assert.Contains("until what is marked 'mend' is mended", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_programs_read_it_as_json()
    {
        var (code, output) = await RunAsync("slack: {webhookurl: https://h}\nlistenport: x\n", [], json: true);
        Assert.Equal(2, code);
        using var document = JsonDocument.Parse(output);
        Assert.False(document.RootElement.GetProperty("starts").GetBoolean());
        Assert.Equal("slack", document.RootElement.GetProperty("outputs")[0].GetString());
        Assert.Contains(document.RootElement.GetProperty("keys").EnumerateArray(), static key => key.GetProperty("key").GetString() == "listenport" && key.GetProperty("becomes").GetString()!.StartsWith("mend: ", StringComparison.Ordinal));
        Assert.NotEqual(0, document.RootElement.GetProperty("differences").GetArrayLength());
    }

    [Fact]
    public void Variables_of_a_file_are_taken_as_docker_takes_them()
    {
        var variables = EnvironmentFile.Parse(["# a comment", "", "A=1", " B = x # y", "C", "D==", "A=2", "=E"]);
        Assert.Equal(new Dictionary<string, string> { ["A"] = "2", ["B"] = " x # y", ["D"] = "=" }, variables);
    }

    private async Task<(int Code, string Output)> RunAsync(string yaml, Dictionary<string, string> variables, bool json = false)
    {
        var file = Path.Combine(folder, "config.yaml");
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        using var output = new StringWriter { NewLine = "\n" };
        var code = await MigrateCommand.RunAsync(RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), OutputCatalogue.Default), json, output);
        return (code, output.ToString());
    }
}
