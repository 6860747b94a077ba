using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Saker.Detector.Following;

/// <summary>A public key in PEM, ECDSA on P-256 or Ed25519, and signatures as cosign makes them with either.</summary>
internal sealed class SignatureKey : IDisposable
{
    private const int MostBytes = 64 * 1024;

    // The algorithm's identifier in a SubjectPublicKeyInfo of Ed25519 (RFC 8410), up to the key's 32 bytes.
    private static readonly byte[] ed25519Head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    private readonly ECDsa? ecdsa;
    private readonly byte[] ed25519 = [];

    private SignatureKey(byte[] info, ECDsa? ecdsa)
    {
        this.ecdsa = ecdsa;
        if (ecdsa is null)
        {
            ed25519 = info[ed25519Head.Length..];
        }

        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(info));
    }

    /// <summary>The hash of the key.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a key's file. Null when it holds none; the sentence says why.</summary>
    public static SignatureKey? Read(string file, out string fault)
    {
        string text;
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[MostBytes];
            text = Encoding.Latin1.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception exception) when (Settings.FileProblem.Is(exception))
        {
            fault = $"The file '{file}' cannot be read: {Settings.FileProblem.Reason(exception, file)}";
            return null;
        }

        fault = $"The file '{file}' holds no public key in PEM form, ECDSA on P-256 or Ed25519, as 'cosign generate-key-pair' writes it into cosign.pub.";
        return Parse(text);
    }

    /// <summary>The key in a text of PEM; null when there is none.</summary>
    public static SignatureKey? Parse(string pem)
    {
        try
        {
            if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != "PUBLIC KEY")
            {
                return null;
            }

            var info = Convert.FromBase64String(pem[fields.Base64Data]);
            if (info.Length == ed25519Head.Length + 32 && info.AsSpan().StartsWith(ed25519Head))
            {
                return new SignatureKey(info, null);
            }

            return OfEcdsa(info);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a signature over a text is by this key.</summary>
    public bool Verifies(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        try
        {
            return ecdsa is not null
                ? ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                : signature.Length == 64 && VerifiesEd25519(ed25519, text, signature);
        }
        catch (CryptographicException)
        {
            return false; // no signature at all
        }
    }

    /// <summary>Whether a signature in base64 over a text is by this key.</summary>
    public bool VerifiesBase64(ReadOnlySpan<byte> text, string signature)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length) && Verifies(text, bytes.AsSpan(0, length));
    }

    public void Dispose() => ecdsa?.Dispose();

    private static SignatureKey? OfEcdsa(byte[] info)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(info, out var read);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            if (read == info.Length && curve.IsNamed && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                var taken = key;
                key = null;
                return new SignatureKey(info, taken);
            }

            return null;
        }
        finally
        {
            key?.Dispose();
        }
    }

    // .NET has no Ed25519 of its own. Apart, so that the library is loaded for those alone who have such a key.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool VerifiesEd25519(byte[] key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature.ToArray(), 0, key, 0, text.ToArray(), 0, text.Length);
}
