using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Saker.Alerts;
using Saker.Settings;
using Saker.Tls;

namespace Saker.Detector.Kubernetes;

/// <summary>Reads the present context of a kubeconfig. What it has that is not understood here is a fault, never passed over.</summary>
/// <param name="file">The file.</param>
/// <param name="fault">Gets a sentence for each thing that is wrong; none of them has a secret in it.</param>
internal sealed class Kubeconfig(string file, Action<string> fault)
{
    private const long MaxBytes = 4 << 20;
    private static readonly string[] foreignUsers = ["exec", "auth-provider", "username", "password", "as"];

    /// <summary>The way to the server; null after a fault.</summary>
    /// <param name="node">The node whose pods are asked for.</param>
    public ClusterAccess? Read(string node)
    {
        if (Map() is not { } config)
        {
            return null;
        }

        var name = Text(config, "current-context");
        if (Named(config, "contexts", "context", name) is not { } context)
        {
            fault(name.Length == 0 ? $"'{file}' has no current-context." : $"'{file}' has no context '{name}'.");
            return null;
        }

        var cluster = Named(config, "clusters", "cluster", Text(context, "cluster"));
        var user = Named(config, "users", "user", Text(context, "user"));
        if (cluster is null || user is null)
        {
            fault($"The context '{name}' of '{file}' names a cluster or a user that is not there.");
            return null;
        }

        return Access(cluster, user, node);
    }

    private ClusterAccess? Access(ConfigMap cluster, ConfigMap user, string node)
    {
        var isGood = true;
        if (!Uri.TryCreate(Text(cluster, "server").TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme != Uri.UriSchemeHttps || server.UserInfo.Length > 0)
        {
            Fault("its cluster has no server that begins with 'https://'.");
        }

        if (Text(cluster, "proxy-url").Length > 0)
        {
            Fault("proxy-url is not understood here; name an API server that can be reached without a proxy.");
        }

        foreach (var key in foreignUsers.Where(key => user.Find(key) is { Value: not ConfigScalar { IsNull: true } }))
        {
            Fault($"its user signs in by '{key}', which is not understood here; give it a token, a tokenFile, or a client certificate.");
        }

        var authorities = Data(cluster, "certificate-authority-data") is { } data ? Certificates(data) : null;
        var certificate = Certificate(user);
        return !isGood ? null : new ClusterAccess
        {
            Server = server!,
            Node = node,
            TrustsAnybody = Text(cluster, "insecure-skip-tls-verify") is "true" or "True",
            ServerName = Text(cluster, "tls-server-name"),
            Authorities = authorities,
            AuthorityFile = authorities is null ? Resolve(Text(cluster, "certificate-authority")) : "",
            TokenFile = Resolve(Text(user, "tokenFile")),
            Token = new Secret(Text(user, "token")),
            Certificate = certificate,
        };

        void Fault(string sentence)
        {
            fault($"'{file}': {sentence}");
            isGood = false;
        }

        X509Certificate2Collection? Certificates(string pem)
        {
            var found = new X509Certificate2Collection();
            try
            {
                found.ImportFromPem(pem);
            }
            catch (CryptographicException)
            {
                found.Clear(); // told below
            }

            if (found.Count == 0)
            {
                Fault("certificate-authority-data holds no certificate in PEM form.");
            }

            return found;
        }

        X509Certificate2? Certificate(ConfigMap owner)
        {
            if (Data(owner, "client-certificate-data") is { } chain && Data(owner, "client-key-data") is { } key)
            {
                try
                {
                    using var pem = X509Certificate2.CreateFromPem(chain, key);
                    return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
                }
                catch (Exception exception) when (exception is CryptographicException or ArgumentException)
                {
                    Fault("client-certificate-data and client-key-data are no certificate with its key.");
                }
            }
            else if (Text(owner, "client-certificate") is { Length: > 0 } certificateFile)
            {
                return PemFile.Pair(Resolve(certificateFile), "client-certificate", Resolve(Text(owner, "client-key")), "client-key", (key, sentence) => Fault($"{key}: {sentence}"))?.Certificate;
            }

            return null;
        }
    }

    private ConfigMap? Map()
    {
        try
        {
            var info = new FileInfo(file);
            if (info.Length > MaxBytes)
            {
                fault($"'{file}' is larger than any kubeconfig.");
                return null;
            }

            var faults = new ConfigFaults();
            var map = YamlConfigReader.Read(file, File.ReadAllBytes(file), faults, YamlReading.AsFalco);
            if (!faults.HasErrors)
            {
                return map;
            }

            // What is wrong with it may quote it.
            fault($"'{file}' is no YAML that can be read.");
            return null;
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            fault($"'{file}' cannot be read: {FileProblem.Reason(exception, file)}");
            return null;
        }
    }

    private string? Data(ConfigMap map, string key)
    {
        if (Text(map, key) is not { Length: > 0 } text)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length))
        {
            return Encoding.ASCII.GetString(bytes, 0, length);
        }

        fault($"'{file}': {key} is no base64.");
        return "";
    }

    private string Resolve(string path) => path.Length == 0 ? "" : Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file))!);

    private static ConfigMap? Named(ConfigMap config, string list, string key, string name) => (config.Find(list)?.Value as ConfigList)?.Items.OfType<ConfigMap>()
        .FirstOrDefault(item => Text(item, "name") == name && name.Length > 0)?.Find(key)?.Value as ConfigMap;

    private static string Text(ConfigMap map, string key) => map.Find(key)?.Value is ConfigScalar { IsNull: false } scalar ? scalar.Text : "";
}
