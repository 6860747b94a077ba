using System.Security.Cryptography.X509Certificates;

namespace Saker.Tls;

/// <summary>Reads a certificate with its key.</summary>
public static class KeyPair
{
    /// <summary>Reads both from PEM files; they may be one and the same.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no PEM, or the key belongs to another certificate.</exception>
    public static X509Certificate2 FromPemFiles(string certificateFile, string keyFile)
    {
        using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        return Usable(pem);
    }

    /// <summary>The same certificate with a key that every TLS stack offers. A key from PEM lives only in memory, and some do not take it; PKCS#12 in between makes it so.</summary>
    public static X509Certificate2 Usable(X509Certificate2 withKey)
    {
        ArgumentNullException.ThrowIfNull(withKey);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
