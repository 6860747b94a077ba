using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Routing;

/// <summary>Every key that names a certificate or a key towards outputs, with files that are no good.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public ClientCertificateTests()
    {
        File.WriteAllText(Path.Combine(certificates.Folder, "empty"), "");
        File.WriteAllText(Path.Combine(certificates.Folder, "broken"), "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
        File.WriteAllText(Path.Combine(certificates.Folder, "locked.key"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        File.Copy(Path.Combine(certificates.Folder, "server.crt"), Path.Combine(certificates.Folder, "client.crt"));
    }

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData("tlsclient: {cacertfile: CERT/gone}", "tlsclient.cacertfile", "there is no such file.")]
    [InlineData("tlsclient: {cacertfile: CERT}", "tlsclient.cacertfile", "it is a folder; name the file in it.")]
    [InlineData("tlsclient: {cacertfile: CERT/empty}", "tlsclient.cacertfile", "holds no certificate in PEM form.")]
    [InlineData("tlsclient: {cacertfile: CERT/broken}", "tlsclient.cacertfile", "holds no certificate in PEM form.")]
    [InlineData("tlsclient: {cacertfile: \"a\\0b\"}", "tlsclient.cacertfile", "has the character NUL (U+0000) in it; take it out.")]
    [InlineData("mutualtlsclient: {cacertfile: CERT/empty}", "mutualtlsclient.cacertfile", "holds no certificate in PEM form.")]
    [InlineData("mutualtlsclient: {certfile: CERT/gone, keyfile: CERT/server.key}", "mutualtlsclient.certfile", "there is no such file.")]
    [InlineData("mutualtlsclient: {certfile: CERT/server.crt, keyfile: CERT/gone}", "mutualtlsclient.keyfile", "there is no such file.")]
    [InlineData("mutualtlsclient: {certfile: CERT/server.crt, keyfile: CERT/client.key}", "mutualtlsclient.keyfile", "holds no key in PEM form that belongs to the certificate")]
    [InlineData("mutualtlsclient: {certfile: CERT/server.crt, keyfile: CERT/locked.key}", "mutualtlsclient.keyfile", "has a password")]
    [InlineData("mutualtlsclient: {certfile: CERT/server.crt}", "mutualtlsfilespath", "client.key' cannot be read: there is no such file.")]
    [InlineData("mutualtlsfilespath: /nowhere\nwebhook: {address: http://h, mutualtls: true}", "mutualtlsfilespath", "there is no such file.")]
    [InlineData("mutualtlsfilespath: CERT\nwebhook: {address: http://h, mutualtls: true}", "mutualtlsfilespath", "holds no key in PEM form that belongs to the certificate")]
    public async Task A_file_that_is_no_good_is_told_at_the_key_that_names_it(string yaml, string key, string end)
    {
        var faults = await FaultsAsync(yaml);
        Assert.All(faults, fault => Assert.Equal(key, fault.Key));
        Assert.Contains(end, faults[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tlsclient: {cacertfile: CERT/ca.crt}")]
    [InlineData("mutualtlsclient: {certfile: CERT/server.crt, keyfile: CERT/server.key, cacertfile: CERT/ca.crt}\nwebhook: {address: http://h, mutualtls: true}")]
    [InlineData("mutualtlsfilespath: /nowhere\nwebhook: {address: http://h}")]
    public async Task Good_files_and_folders_that_nobody_needs_are_no_fault(string yaml) => Assert.Empty(await FaultsAsync(yaml));

    private async Task<List<ConfigFault>> FaultsAsync(string yaml)
    {
        var file = Path.Combine(certificates.Folder, "router.yaml");
        await File.WriteAllTextAsync(file, yaml.Replace("CERT", certificates.Folder, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var configuration = RouterConfigurationLoader.Load(file, EnvironmentVariables.None, OutputCatalogue.Default);
        var faults = new ConfigFaults();
        foreach (var output in OutputAssembly.Create(configuration, TimeProvider.System, faults, new OutputNotices(static (_, _) => { }, NullLogger.Instance)))
        {
            await output.DisposeAsync();
        }

        return [.. configuration.Faults.Concat(faults.All)];
    }
}
