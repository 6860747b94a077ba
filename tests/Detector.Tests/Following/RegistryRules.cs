using System.Globalization;

namespace Saker.Detector.Tests.Following;

/// <summary>Rules of a real registry: taken, taken again when their tag moves, and refused when nobody, or somebody else, has signed them.</summary>
public sealed class RegistryRules : IDisposable
{
    private const string Repository = "team/test-rules";

    private readonly string folder = Directory.CreateTempSubdirectory("saker-follow-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_signed_artifact_is_taken_and_again_when_its_tag_moves_and_not_when_nothing_has_changed()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ecdsa();
        await PushSignedAsync(registry, signer, "First");
        await using var detector = await FollowedDetector.StartAsync(Configure(registry, signer));
        Assert.Equal(["First", "Local"], detector.Rules);
        await detector.UntilAsync(() => detector.State.Unchanged >= 2, "A look that finds nothing new");
        Assert.Equal(0, detector.Record.State.Applied);

        var second = await PushSignedAsync(registry, signer, "Second");
        await detector.UntilAsync(() => detector.Record.State.Applied == 1, "The moved tag");
        Assert.Equal(["Second", "Local"], detector.Rules);
        Assert.Equal(second, detector.State.Digest);
        Assert.Null(detector.State.Trouble);
        Assert.Single(Directory.GetDirectories(Path.Combine(folder, "cache", "test-rules")));
    }

    [Fact]
    public async Task What_nobody_has_signed_is_refused_until_somebody_does()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ed();
        var digest = await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))));
        await using var detector = await FollowedDetector.StartAsync(Configure(registry, signer));
        Assert.Equal(["Local"], detector.Rules);
        Assert.Contains("Nobody has signed", detector.State.Trouble, StringComparison.Ordinal);

        await registry.SignAsync(Repository, digest, Signer.Ed());
        await detector.UntilAsync(() => detector.State.Trouble?.Contains("is not signed by the key", StringComparison.Ordinal) == true, "The refusal of another's signature");

        // A true signature of the right key, about something else.
        await registry.SignAsync(Repository, digest, signer, about: "sha256:" + new string('0', 64));
        var before = detector.State.Refused;
        await detector.UntilAsync(() => detector.State.Refused > before + 1, "The refusal of a signature of something else");
        Assert.Equal(["Local"], detector.Rules);

        await registry.SignAsync(Repository, digest, signer);
        await detector.UntilAsync(() => detector.Record.State.Applied == 1, "The signed rules");
        Assert.Equal(["First", "Local"], detector.Rules);
    }

    [Fact]
    public async Task Rules_with_mistakes_keep_the_last_good_ones_and_are_told()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ecdsa();
        var good = await PushSignedAsync(registry, signer, "First");
        await using var detector = await FollowedDetector.StartAsync(Configure(registry, signer));
        var bad = await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("a.yaml", "- rule: Broken\n  condition: evt.type =\n")));
        await registry.SignAsync(Repository, bad, signer);
        await detector.UntilAsync(() => detector.State.Refused > 2, "The refusal");
        Assert.Equal(["First", "Local"], detector.Rules);
        Assert.Equal(good, detector.State.Digest);
        // Told and tried once, though it was looked at again.
        Assert.Equal((0, 1), (detector.Record.State.Applied, detector.Record.State.Refused));
        Assert.False(detector.Record.State.IsCurrent);
        Assert.Contains(detector.Record.State.Last!.Faults, static fault => fault.Contains("a.yaml", StringComparison.Ordinal));

        await PushSignedAsync(registry, signer, "Third");
        await detector.UntilAsync(() => detector.Record.State.Applied == 1, "The mended rules");
        Assert.Equal(["Third", "Local"], detector.Rules);
        Assert.True(detector.Record.State.IsCurrent);
    }

    [Fact]
    public async Task A_registry_that_is_gone_changes_nothing_and_a_start_without_it_has_the_last_good_rules()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ecdsa();
        await PushSignedAsync(registry, signer, "First");
        var file = Configure(registry, signer);
        await using (var detector = await FollowedDetector.StartAsync(file))
        {
            await registry.StopAsync();
            await detector.UntilAsync(() => detector.State.Unreachable > 0, "The failure");
            Assert.Equal(["First", "Local"], detector.Rules);
        }

        await using (var again = await FollowedDetector.StartAsync(file))
        {
            Assert.Equal(["First", "Local"], again.Rules);
            await registry.BeginAsync();
            await PushSignedAsync(registry, signer, "Second");
            await again.UntilAsync(() => again.Record.State.Applied == 1, "The rules of the registry that is back");
            Assert.Equal(["Second", "Local"], again.Rules);
        }
    }

    [Fact]
    public async Task What_was_kept_under_another_key_or_was_damaged_is_not_used_again()
    {
        await using var registry = await RealRegistry.StartAsync();
        var signer = Signer.Ecdsa();
        await PushSignedAsync(registry, signer, "First");
        var file = Configure(registry, signer);
        await using (var detector = await FollowedDetector.StartAsync(file))
        {
            Assert.Equal(["First", "Local"], detector.Rules);
            // The key is another one while it runs: nothing proves the rules any more, and the reload is refused.
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pub"), Signer.Ecdsa().PublicPem, TestContext.Current.CancellationToken);
            detector.AskReload();
            await detector.UntilAsync(() => detector.Record.State.Refused == 1, "The refusal of the reload");
            Assert.Equal(["First", "Local"], detector.Rules);
        }

        await using (var another = await FollowedDetector.StartAsync(file))
        {
            Assert.Equal(["Local"], another.Rules);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "key.pub"), signer.PublicPem, TestContext.Current.CancellationToken);
        await registry.StopAsync();
        var kept = Assert.Single(FollowedDetector.Read(file).Followed).Files;
        await File.AppendAllTextAsync(Assert.Single(kept), "# another line", TestContext.Current.CancellationToken);
        await using var damaged = await FollowedDetector.StartAsync(file);
        Assert.Equal(["Local"], damaged.Rules);
    }

    [Fact]
    public async Task What_is_no_artifact_of_rules_is_refused_and_without_a_key_only_who_says_so_gets_it()
    {
        await using var registry = await RealRegistry.StartAsync();
        await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))), "application/vnd.cncf.falco.plugin.config.v1+json");
        await using var detector = await FollowedDetector.StartAsync(Configure(registry, null));
        Assert.Contains("holds no rules for Falco", detector.State.Trouble, StringComparison.Ordinal);
        await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("b.yaml", Artifacts.Rule("Second")), ("a.yaml", Artifacts.Rule("First")), ("README.md", "x")));
        await detector.UntilAsync(() => detector.Record.State.Applied == 1, "The rules");
        Assert.Equal(["First", "Second", "Local"], detector.Rules);
        Assert.False(detector.State.IsSigned);
    }

    [Fact]
    public async Task A_digest_pins_the_rules()
    {
        await using var registry = await RealRegistry.StartAsync();
        var digest = await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))));
        await registry.PushRulesAsync(Repository, "1", Artifacts.Archive(("a.yaml", Artifacts.Rule("Second"))));
        await using var detector = await FollowedDetector.StartAsync(Configure(registry, null, $"@{digest}"));
        Assert.Equal(["First", "Local"], detector.Rules);
    }

    private static async Task<string> PushSignedAsync(RealRegistry registry, Signer signer, string rule)
    {
        var archive = Artifacts.Archive(("a.yaml", Artifacts.Rule(rule)));
        // Signed under its digest before the tag moves, as a careful publisher does.
        var digest = await registry.PushRulesAsync(Repository, "next", archive);
        await registry.SignAsync(Repository, digest, signer);
        return await registry.PushRulesAsync(Repository, "1", archive);
    }

    private string Configure(RealRegistry registry, Signer? signer, string reference = ":1")
    {
        File.WriteAllText(Path.Combine(folder, "local.yaml"), Artifacts.Rule("Local"));
        if (signer is not null)
        {
            File.WriteAllText(Path.Combine(folder, "key.pub"), signer.PublicPem);
        }

        var file = Path.Combine(folder, "detector.yaml");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            rules_files: [local.yaml]
            watch_config_files: false
            rules_follow:
              folder: cache
              sources:
                - source: {{registry.Host}}/{{Repository}}{{reference}}
                  interval: 1s
                  plain_http: true
                  {{(signer is null ? "allow_unsigned: true" : "public_key: key.pub")}}
            """) + "\n");
        return file;
    }
}
