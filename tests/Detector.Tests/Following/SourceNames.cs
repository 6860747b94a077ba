using Saker.Detector.Configuration;
using Saker.Detector.Following;
using Saker.Settings;

namespace Saker.Detector.Tests.Following;

/// <summary>How sources are written, and what is said of those that are written wrongly.</summary>
public sealed class SourceNames : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("ghcr.io/falcosecurity/rules/falco-rules:3", "ghcr.io", "falcosecurity/rules/falco-rules", "3", "falco-rules")]
    [InlineData("oci://ghcr.io/falcosecurity/rules/falco-rules:latest", "ghcr.io", "falcosecurity/rules/falco-rules", "latest", "falco-rules")]
    [InlineData("localhost/rules", "localhost", "rules", "latest", "rules")]
    [InlineData("registry:5000/a/b", "registry:5000", "a/b", "latest", "b")]
    [InlineData("127.0.0.1:5000/a:v1.2-x", "127.0.0.1:5000", "a", "v1.2-x", "a")]
    [InlineData("[::1]:5000/a", "[::1]:5000", "a", "latest", "a")]
    [InlineData("a.example/b:1@sha256:0123456789012345678901234567890123456789012345678901234567890123", "a.example", "b", "sha256:0123456789012345678901234567890123456789012345678901234567890123", "b")]
    public void An_artifact_is_understood(string text, string registry, string repository, string reference, string name)
    {
        var source = RulesSource.Parse(text, out _)!;
        Assert.Equal((registry, repository, reference, name), (source.Registry, source.Repository, source.Reference, source.ShortName));
    }

    [Theory]
    [InlineData("https://example.com/team/my.rules.yaml?token=x", "https://example.com/team/my.rules.yaml", "my")]
    [InlineData("https://example.com/", "https://example.com/", "rules")]
    public void A_URL_is_understood_and_shown_without_its_query(string text, string shown, string name)
    {
        var source = RulesSource.Parse(text, out _)!;
        Assert.Equal((shown, name), (source.Display, source.ShortName));
    }

    [Theory]
    [InlineData("source: falcosecurity/rules:3, allow_unsigned: true", "source: This is neither")]
    [InlineData("source: 'ghcr.io/UPPER/rules', allow_unsigned: true", "source: This is neither")]
    [InlineData("source: 'ftp://example.com/a', allow_unsigned: true", "source: This is neither")]
    [InlineData("source: 'https://me:secret@example.com/a', allow_unsigned: true", "source: There is a user or a password")]
    [InlineData("source: 'http://example.com/a.yaml', allow_unsigned: true", "source: This URL is without TLS")]
    [InlineData("source: 'ghcr.io/a/b:1'", "public_key: Rules from elsewhere decide")]
    [InlineData("source: 'ghcr.io/a/b:1', public_key: key.pub, allow_unsigned: true", "allow_unsigned: There is a 'public_key' too")]
    [InlineData("source: 'ghcr.io/a/b:1', public_key: absent.pub", "public_key: The file")]
    [InlineData("source: 'ghcr.io/a/b:1', public_key: detector.yaml", "holds no public key in PEM form")]
    [InlineData("source: 'ghcr.io/a/b:1', ca_cert: absent.pem, allow_unsigned: true", "ca_cert: The file")]
    [InlineData("source: 'ghcr.io/a/b:1', username: me, allow_unsigned: true", "password: A user and a password belong together")]
    [InlineData("source: 'ghcr.io/a/b:1', username: me, password: secret, plain_http: true, allow_unsigned: true", "plain_http: A password would be sent")]
    [InlineData("source: 'ghcr.io/a/b:1', interval: 1ms, allow_unsigned: true", "interval:")]
    [InlineData("source: 'ghcr.io/a/b:1', name: '../x', allow_unsigned: true", "is no name")]
    [InlineData("source: 'ghcr.io/a/b:1', allow_unsigned: true}, {source: 'ghcr.io/c/b:1', allow_unsigned: true", "Several sources are called 'b'")]
    public void A_source_that_cannot_be_followed_is_a_mistake_with_its_cure(string source, string sentence)
    {
        var file = Path.Combine(folder, "detector.yaml");
        File.WriteAllText(file, $"rules_follow: {{sources: [{{{source}}}]}}\n");
        var faults = FollowedRules.PutIn(DetectorConfiguration.Load(file, [], EnvironmentVariables.None)).Faults;
        Assert.Contains(faults.All, fault => fault.Severity == FaultSeverity.Error && fault.ToString().Contains(sentence, StringComparison.Ordinal));
        Assert.All(faults.All, static fault => Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal));
    }
}
