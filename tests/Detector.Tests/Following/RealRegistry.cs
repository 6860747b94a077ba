using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Saker.Testing;

namespace Saker.Detector.Tests.Following;

/// <summary>Debian's docker-registry on a port of this machine, with an empty store. Stopped and started again at the same place.</summary>
internal sealed class RealRegistry : IAsyncDisposable
{
    private const string Program = "/usr/bin/docker-registry";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-registry-");
    private readonly HttpClient client = new();
    private Process? process;

    private RealRegistry() => Host = $"127.0.0.1:{LoopbackServer.ClosedPort()}";

    /// <summary>Host and port.</summary>
    public string Host { get; }

    public static async Task<RealRegistry> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not installed (eng/install.sh test).");
        var registry = new RealRegistry();
        await registry.BeginAsync();
        return registry;
    }

    public async Task BeginAsync()
    {
        var file = Path.Combine(folder.FullName, "config.yml");
        await File.WriteAllTextAsync(file, $$"""
            version: 0.1
            log: { level: error }
            storage:
              filesystem: { rootdirectory: {{folder.FullName}}/store }
              delete: { enabled: true }
            http: { addr: "{{Host}}", secret: x }
            """);
        process = Process.Start(new ProcessStartInfo(Program, ["serve", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        for (var until = DateTimeOffset.UtcNow + Patience; ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://{Host}/v2/"), TestContext.Current.CancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (DateTimeOffset.UtcNow < until)
            {
                // Not yet.
            }

            Assert.False(process.HasExited, "docker-registry has ended.");
            Assert.True(DateTimeOffset.UtcNow < until, "docker-registry does not answer.");
        }
    }

    public async Task StopAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Pushes rules under a tag, as falcoctl does. Returns the digest.</summary>
    public async Task<string> PushRulesAsync(string repository, string tag, byte[] archive, string configType = Artifacts.ConfigType)
    {
        var config = Encoding.UTF8.GetBytes("""{"name":"test-rules","version":"1.0.0"}""");
        await PushBlobAsync(repository, config);
        await PushBlobAsync(repository, archive);
        return await PushManifestAsync(repository, tag, Artifacts.Manifest(config, configType, (archive, Artifacts.LayerType, null)));
    }

    /// <summary>Signs a digest, as cosign does.</summary>
    public async Task SignAsync(string repository, string digest, Signer signer, string? about = null)
    {
        var statement = Artifacts.Statement(about ?? digest);
        var config = "{}"u8.ToArray();
        await PushBlobAsync(repository, config);
        await PushBlobAsync(repository, statement);
        var annotations = new JsonObject { ["dev.cosignproject.cosign/signature"] = Convert.ToBase64String(signer.Sign(statement)) };
        await PushManifestAsync(repository, digest.Replace(':', '-') + ".sig", Artifacts.Manifest(config, "application/vnd.oci.image.config.v1+json", (statement, Artifacts.StatementType, annotations)));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await StopAsync();
        }

        client.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task PushBlobAsync(string repository, byte[] content)
    {
        using var begun = await client.PostAsync(new Uri($"http://{Host}/v2/{repository}/blobs/uploads/"), null);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        var location = new Uri(new Uri($"http://{Host}/"), begun.Headers.Location!);
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.PutAsync(new Uri($"{location}{(location.Query.Length > 0 ? '&' : '?')}digest={Artifacts.DigestOf(content)}"), body);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<string> PushManifestAsync(string repository, string tag, JsonObject manifest)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        using var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue(Artifacts.ManifestType);
        using var answer = await client.PutAsync(new Uri($"http://{Host}/v2/{repository}/manifests/{tag}"), body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return Artifacts.DigestOf(bytes);
    }
}
