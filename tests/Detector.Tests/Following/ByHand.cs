using System.CommandLine;
using Saker.Detector.Cli;

namespace Saker.Detector.Tests.Following;

/// <summary>The commands that fetch rules by hand.</summary>
public sealed class ByHand : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-follow-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Pull_checks_the_signature_writes_the_files_and_says_whether_they_load()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ecdsa();
        var key = Path.Combine(folder, "key.pub");
        await File.WriteAllTextAsync(key, signer.PublicPem, TestContext.Current.CancellationToken);
        var digest = await registry.PushRulesAsync("a/b", "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))));
        string[] pull = ["rules", "pull", $"{registry.Host}/a/b:1", "--plain-http", "--into", Path.Combine(folder, "into")];
        var (code, _, errors) = await RunAsync(pull);
        Assert.Equal(1, code);
        Assert.StartsWith("--public-key: Rules from elsewhere decide", errors, StringComparison.Ordinal);
        (code, _, errors) = await RunAsync([.. pull, "--public-key", key]);
        Assert.Equal(1, code);
        Assert.Contains("Nobody has signed", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "into")));

        await registry.SignAsync("a/b", digest, signer);
        (code, var output, errors) = await RunAsync([.. pull, "--public-key", key]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains(digest, output, StringComparison.Ordinal);
        Assert.Contains("1 rules, without mistakes.", output, StringComparison.Ordinal);
        Assert.Equal(Artifacts.Rule("First"), await File.ReadAllTextAsync(Path.Combine(folder, "into", "a.yaml"), TestContext.Current.CancellationToken));

        await registry.PushRulesAsync("a/b", "1", Artifacts.Archive(("a.yaml", "- rule: x\n  condition: (\n")));
        (code, _, errors) = await RunAsync([.. pull, "--allow-unsigned"]);
        Assert.Equal(1, code);
        Assert.Contains("a.yaml:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_looks_once_at_all_sources_and_keeps_what_is_good()
    {
        await using var registry = await RealRegistry.StartAsync();
        await registry.PushRulesAsync("a/first", "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))));
        await registry.PushRulesAsync("a/broken", "1", Artifacts.Archive(("a.yaml", "- rule: x\n  condition: (\n")));
        var file = Path.Combine(folder, "detector.yaml");
        await File.WriteAllTextAsync(file, $$"""
            log_stderr: false
            rules_files: []
            rules_follow:
              folder: {{folder}}/cache
              sources:
                - {source: "{{registry.Host}}/a/first:1", plain_http: true, allow_unsigned: true}
                - {source: "{{registry.Host}}/a/broken:1", plain_http: true, allow_unsigned: true}
            """, TestContext.Current.CancellationToken);
        var (code, output, _) = await RunAsync("rules", "update", "-c", file);
        Assert.Equal(1, code);
        Assert.Matches("^first: taken, sha256:[0-9a-f]{64}, from .*\nbroken: not up to date, nothing kept, from .*\n$", output);
        (_, output, _) = await RunAsync("rules", "update", "-c", file);
        Assert.StartsWith("first: unchanged, ", output, StringComparison.Ordinal);

        // What is kept counts for the other commands as well.
        (code, output, _) = await RunAsync("rules", "list", "-c", file);
        Assert.Equal(0, code);
        Assert.Contains("First", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await DetectorCommandLine.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
