using System.Security.Cryptography.X509Certificates;
using Saker.Outputs;
using Saker.Outputs.Transports;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Tls;

namespace Saker.Router.Routing;

/// <summary>The certificates of this machine towards its outputs, from the files that the configuration names.</summary>
internal sealed class ClientCertificates
{
    private const string CaCertFile = "tlsclient.cacertfile";
    private const string MutualCaCertFile = "mutualtlsclient.cacertfile";
    private const string CertFile = "mutualtlsclient.certfile";
    private const string KeyFile = "mutualtlsclient.keyfile";
    private const string FilesPath = "mutualtlsfilespath";

    private readonly X509Certificate2Collection authorities;
    private readonly X509Certificate2Collection mutualAuthorities;
    private readonly X509Certificate2? client;

    private ClientCertificates(X509Certificate2Collection authorities, X509Certificate2Collection mutualAuthorities, X509Certificate2? client) =>
        (this.authorities, this.mutualAuthorities, this.client) = (authorities, mutualAuthorities, client);

    /// <summary>Reads and checks every file that is named for all outputs, and those of <c>mutualtlsfilespath</c> when an output needs them.</summary>
    /// <param name="options">The router's settings.</param>
    /// <param name="isMutual">True when an output presents a certificate.</param>
    /// <param name="fault">Gets the key that names a file, and a sentence.</param>
    public static ClientCertificates Read(RouterOptions options, bool isMutual, Action<string, string> fault)
    {
        var mutual = options.MutualTlsClient;
        var authorities = Authorities(options.TlsClient.CaCertFile, CaCertFile, fault);
        var mutualAuthorities = Authorities(mutual.CaCertFile, MutualCaCertFile, fault);
        if (mutual.CaCertFile.Length == 0 && isMutual && InFolder(options, "ca.crt") is var file && File.Exists(file))
        {
            mutualAuthorities = Authorities(file, FilesPath, fault);
        }

        var isNamed = mutual.CertFile.Length > 0 || mutual.KeyFile.Length > 0;
        return new ClientCertificates(
            // One file of authorities is enough for both kinds of outputs.
            authorities.Count > 0 ? authorities : mutual.CaCertFile.Length > 0 ? mutualAuthorities : [],
            mutualAuthorities.Count > 0 ? mutualAuthorities : authorities,
            isNamed || isMutual ? Client(options, fault) : null);
    }

    /// <summary>True for an output that presents the certificate that all share.</summary>
    public static bool PresentsShared(OutputInstance instance) => instance.Options is NetworkOutputOptions { MutualTls: true, CertFile.Length: 0 };

    /// <summary>The certificates for one output: its own files, or those for all; null after a fault, which is told where the file is named.</summary>
    /// <param name="instance">The output.</param>
    /// <param name="fault">Gets the key that names a file of the output's own, and a sentence.</param>
    public TlsClientCertificates? For(OutputInstance instance, Action<string, string> fault)
    {
        if (instance.Options is not NetworkOutputOptions options)
        {
            return new TlsClientCertificates();
        }

        var trusted = options.CaCertFile.Length == 0
            ? options.PresentsCertificate ? mutualAuthorities : authorities
            : PemFile.Certificates(options.CaCertFile, OptionsBinder.Join(instance.Path, "cacertfile"), fault);
        var presented = options.CertFile.Length == 0 ? client
            : options.KeyFile.Length == 0 ? null // told with the options
            : PemFile.Pair(options.CertFile, OptionsBinder.Join(instance.Path, "certfile"), options.KeyFile, OptionsBinder.Join(instance.Path, "keyfile"), fault)?.Certificate;
        return trusted is null || (options.PresentsCertificate && presented is null)
            ? null
            : new TlsClientCertificates { Authorities = trusted, Client = options.PresentsCertificate ? presented : null };
    }

    /// <summary>The files that are read, there or not.</summary>
    public static IEnumerable<string> Files(RouterConfiguration configuration)
    {
        var options = configuration.Router;
        var mutual = options.MutualTlsClient;
        string[] files =
        [
            options.TlsClient.CaCertFile,
            mutual.CaCertFile.Length > 0 ? mutual.CaCertFile : InFolder(options, "ca.crt"),
            mutual.CertFile.Length > 0 ? mutual.CertFile : InFolder(options, "client.crt"),
            mutual.KeyFile.Length > 0 ? mutual.KeyFile : InFolder(options, "client.key"),
        ];
        return files
            .Concat(configuration.Outputs.Select(static output => output.Options).OfType<NetworkOutputOptions>()
                .SelectMany(static output => (string[])[output.CaCertFile, output.CertFile, output.KeyFile]))
            .Where(static file => file.Length > 0);
    }

    private static string InFolder(RouterOptions options, string name) => Path.Combine(options.MutualTlsFilesPath, name);

    private static X509Certificate2Collection Authorities(string file, string key, Action<string, string> fault) =>
        file.Length == 0 ? [] : PemFile.Certificates(file, key, fault) ?? [];

    private static X509Certificate2? Client(RouterOptions options, Action<string, string> fault)
    {
        var mutual = options.MutualTlsClient;
        var (certFile, certKey) = mutual.CertFile.Length > 0 ? (mutual.CertFile, CertFile) : (InFolder(options, "client.crt"), FilesPath);
        var (keyFile, keyKey) = mutual.KeyFile.Length > 0 ? (mutual.KeyFile, KeyFile) : (InFolder(options, "client.key"), FilesPath);
        return PemFile.Pair(certFile, certKey, keyFile, keyKey, fault)?.Certificate;
    }
}
