using System.Text;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Settings;
using Saker.Testing;
using Saker.Tls;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Whose certificates <c>http_output</c> trusts, and which it shows.</summary>
public sealed class HttpAuthorities : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TestCertificates certificates = new();
    private readonly KeptLog log = new();

    [Theory]
    [InlineData("ca_cert")]
    [InlineData("ca_bundle")]
    [InlineData("ca_path")]
    public async Task An_authority_is_trusted_from_wherever_it_is_named(string key)
    {
        var file = Path.Combine(certificates.Folder, "ca.crt");
        var options = key switch
        {
            "ca_cert" => new HttpOptions { CaCert = file, CaBundle = "/there/is/none" }, // the first that is set counts
            "ca_bundle" => new HttpOptions { CaBundle = file },
            _ => new HttpOptions { CaPath = certificates.Folder },
        };
        Assert.Equal((1, 0), await SendAsync(options, Patience));
    }

    [Fact]
    public async Task Without_the_authority_nothing_is_sent_and_the_cure_is_named()
    {
        Assert.Equal((0, 1), await SendAsync(new HttpOptions { CaPath = "" }, TimeSpan.Zero));
        Assert.Contains("http_output.ca_cert names the authority's file", Assert.Single(log.Lines, static line => line.Contains("certificate", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca_cert", "absent.crt", "http_output.ca_cert: The file 'F/absent.crt' cannot be read: there is no such file.")]
    [InlineData("ca_cert", "ca.srl", "http_output.ca_cert: The file 'F/ca.srl' holds no certificate in PEM form.")]
    [InlineData("ca_bundle", "client.key", "http_output.ca_bundle: The file 'F/client.key' holds no certificate in PEM form.")]
    [InlineData("ca_bundle", "", "http_output.ca_bundle: The file 'F/' cannot be read: it is a folder; name the file in it.")]
    [InlineData("ca_path", "absent", "http_output.ca_path: The folder 'F/absent' cannot be read: there is no such folder.")]
    [InlineData("ca_path", "ca.crt", "http_output.ca_path: The folder 'F/ca.crt' cannot be read: it is a file.")]
    [InlineData("client_cert", "absent.crt", "http_output.client_cert: The file 'F/absent.crt' cannot be read: there is no such file.")]
    [InlineData("client_key", "client.key", "http_output.client_key: The file 'F/client.key' holds no key in PEM form that belongs to the certificate in 'F/server.crt'.")]
    public void What_cannot_be_used_is_named_with_its_key(string key, string name, string sentence)
    {
        var path = $"{certificates.Folder}/{name}";
        var own = new HttpOptions { Mtls = true, ClientCert = $"{certificates.Folder}/server.crt", ClientKey = $"{certificates.Folder}/server.key" };
        var options = key switch
        {
            "ca_cert" => new HttpOptions { CaCert = path },
            "ca_bundle" => new HttpOptions { CaBundle = path },
            "ca_path" => new HttpOptions { CaPath = path },
            "client_cert" => own with { ClientCert = path },
            _ => own with { ClientKey = path },
        };
        var refused = Assert.Throws<IOException>(() => Outputs(options with { Url = new Secret("https://127.0.0.1:1/") }));
        Assert.Equal(sentence.Replace("F/", certificates.Folder + "/", StringComparison.Ordinal), refused.Message);
    }

    [Fact]
    public void An_empty_folder_of_authorities_is_told()
    {
        var empty = Directory.CreateDirectory(Path.Combine(certificates.Folder, "empty")).FullName;
        var refused = Assert.Throws<IOException>(() => Outputs(new HttpOptions { Url = new Secret("https://127.0.0.1:1/"), CaPath = empty }));
        Assert.Equal($"http_output.ca_path: The folder '{empty}' has no file (.pem, .crt, .cer, .0) that holds a certificate in PEM form.", refused.Message);
    }

    public void Dispose() => certificates.Dispose();

    private IReadOnlyList<OutputQueue> Outputs(HttpOptions options)
    {
        var all = new DetectorOptions { StdoutOutput = new() { Enabled = false }, HttpOutput = options with { Enabled = true } };
        return OutputAssembly.Create(new DetectorConfiguration(all, new ConfigFaults(), Path.Combine(certificates.Folder, "detector.yaml")), TimeProvider.System, log, CancellationToken.None);
    }

    /// <summary>Sends an alert; how many were written, and how many are left.</summary>
    private async Task<(long Written, int Left)> SendAsync(HttpOptions options, TimeSpan patience)
    {
        var (server, _) = PemFile.Pair(
            Path.Combine(certificates.Folder, "server.crt"), "", Path.Combine(certificates.Folder, "server.key"), "", static (_, sentence) => Assert.Fail(sentence))!.Value;
        await using var destination = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer(), server);
        await using var output = Assert.Single(Outputs(options with { Url = new Secret(destination.Address.ToString()) }));
        output.Write(new AlertLine(Encoding.UTF8.GetBytes("{}"), IsJson: true));
        if (patience == TimeSpan.Zero)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (!output.IsFailing)
            {
                await Task.Delay(10, limit.Token);
            }
        }

        var left = await output.StopAsync(patience, new CancellationToken(canceled: true));
        Assert.Equal(output.Written, destination.Requests.Count);
        return (output.Written, left);
    }
}
