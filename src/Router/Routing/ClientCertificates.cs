using System.Security.Cryptography.X509Certificates;
using Saker.Outputs;
using Saker.Router.Options;
using Saker.Tls;

namespace Saker.Router.Routing;

/// <summary>The certificates of this machine towards its outputs, from the files that the configuration names.</summary>
internal static class ClientCertificates
{
    private const string CaCertFile = "tlsclient.cacertfile";
    private const string MutualCaCertFile = "mutualtlsclient.cacertfile";
    private const string CertFile = "mutualtlsclient.certfile";
    private const string KeyFile = "mutualtlsclient.keyfile";
    private const string FilesPath = "mutualtlsfilespath";

    /// <summary>Reads and checks every file that is named, and those of <c>mutualtlsfilespath</c> when an output needs them.</summary>
    /// <param name="options">The router's settings.</param>
    /// <param name="isMutual">True when an output presents a certificate.</param>
    /// <param name="fault">Gets the key that names a file, and a sentence.</param>
    public static TlsClientCertificates Read(RouterOptions options, bool isMutual, Action<string, string> fault)
    {
        var mutual = options.MutualTlsClient;
        var authorities = Authorities(options.TlsClient.CaCertFile, CaCertFile, fault);
        var mutualAuthorities = Authorities(mutual.CaCertFile, MutualCaCertFile, fault);
        if (mutual.CaCertFile.Length == 0 && isMutual && InFolder(options, "ca.crt") is var file && File.Exists(file))
        {
            mutualAuthorities = Authorities(file, FilesPath, fault);
        }

        var isNamed = mutual.CertFile.Length > 0 || mutual.KeyFile.Length > 0;
        return new TlsClientCertificates
        {
            // One file of authorities is enough for both kinds of outputs.
            Authorities = authorities.Count > 0 ? authorities : mutual.CaCertFile.Length > 0 ? mutualAuthorities : [],
            MutualAuthorities = mutualAuthorities.Count > 0 ? mutualAuthorities : authorities,
            Client = isNamed || isMutual ? Client(options, fault) : null,
        };
    }

    /// <summary>The files that are read, there or not.</summary>
    public static IEnumerable<string> Files(RouterOptions options)
    {
        var mutual = options.MutualTlsClient;
        string[] files =
        [
            options.TlsClient.CaCertFile,
            mutual.CaCertFile.Length > 0 ? mutual.CaCertFile : InFolder(options, "ca.crt"),
            mutual.CertFile.Length > 0 ? mutual.CertFile : InFolder(options, "client.crt"),
            mutual.KeyFile.Length > 0 ? mutual.KeyFile : InFolder(options, "client.key"),
        ];
        return files.Where(static file => file.Length > 0);
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
