using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Saker.Settings;

namespace Saker.Tls;

/// <summary>Reads certificates and keys in PEM form from a file that a key of the configuration names. What is wrong goes to that key.</summary>
public static class PemFile
{
    // A bundle of every public authority has a quarter of it.
    private const int MaxBytes = 1 << 20;

    /// <summary>The certificates of a file, at least one; null after a fault.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="fault">Gets key and sentence.</param>
    public static X509Certificate2Collection? Certificates(string file, string key, Action<string, string> fault)
    {
        if (Text(file, key, fault) is not { } text)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            // Told below: what cannot be read is no certificate.
            certificates.Clear();
        }

        if (certificates.Count == 0)
        {
            fault(key, $"The file '{file}' holds no certificate in PEM form.");
            return null;
        }

        return certificates;
    }

    /// <summary>The certificates of all files of a folder, at least one; null after a fault. Files that hold none are passed over.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="fault">Gets key and sentence.</param>
    public static X509Certificate2Collection? Folder(string folder, string key, Action<string, string> fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        List<string> files;
        try
        {
            files = [.. Directory.EnumerateFiles(folder).Where(static name => Path.GetExtension(name) is ".pem" or ".crt" or ".cer" or ".0").Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            fault(key, $"The folder '{folder}' cannot be read: {FolderProblem(exception, folder)}");
            return null;
        }

        var certificates = new X509Certificate2Collection();
        foreach (var file in files)
        {
            certificates.AddRange(Certificates(file, key, static (_, _) => { }) ?? []);
        }

        if (certificates.Count == 0)
        {
            fault(key, $"The folder '{folder}' has no file (.pem, .crt, .cer, .0) that holds a certificate in PEM form.");
            return null;
        }

        return certificates;
    }

    /// <summary>A certificate with its key, fit for TLS, and the certificates of its file; null after a fault.</summary>
    /// <param name="certificateFile">The file with the certificate, and those that lead to its authority.</param>
    /// <param name="certificateKey">The key that names it.</param>
    /// <param name="keyFile">The file with the private key.</param>
    /// <param name="keyKey">The key that names that.</param>
    /// <param name="fault">Gets key and sentence.</param>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain)? Pair(
        string certificateFile, string certificateKey, string keyFile, string keyKey, Action<string, string> fault)
    {
        var chain = Certificates(certificateFile, certificateKey, fault);
        var text = Text(keyFile, keyKey, fault);
        if (chain is null || text is null)
        {
            return null;
        }

        try
        {
            using var pem = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), text);
            return (Usable(pem), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            fault(keyKey, text.Contains("ENCRYPTED", StringComparison.Ordinal)
                ? $"The key in '{keyFile}' has a password, which nobody is there to type; write it without one ('openssl pkey -in FILE -out FILE')."
                : $"The file '{keyFile}' holds no key in PEM form that belongs to the certificate in '{certificateFile}'.");
            return null;
        }
    }

    private static string FolderProblem(Exception exception, string folder) =>
        File.Exists(folder) ? "it is a file." : exception is DirectoryNotFoundException ? "there is no such folder." : FileProblem.Reason(exception, folder);

    // A key from PEM lives only in memory, and some TLS stacks do not offer it; PKCS#12 in between makes it one that they do.
    private static X509Certificate2 Usable(X509Certificate2 pem) => X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);

    private static string? Text(string file, string key, Action<string, string> fault)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var content = new byte[MaxBytes];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(content, 0, length);
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            fault(key, $"The file '{file}' cannot be read: {FileProblem.Reason(exception, file)}");
            return null;
        }
    }
}
