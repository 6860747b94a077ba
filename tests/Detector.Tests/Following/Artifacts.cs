using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Saker.Detector.Tests.Following;

/// <summary>Makes what sources have: archives, manifests, keys and signatures, as falcoctl and cosign make them.</summary>
internal static class Artifacts
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string ConfigType = "application/vnd.cncf.falco.rulesfile.config.v1+json";
    public const string LayerType = "application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz";
    public const string StatementType = "application/vnd.dev.cosign.simplesigning.v1+json";

    public static string Rule(string name) => $"- rule: {name}\n  desc: a rule of this test\n  condition: evt.type = openat and fd.name = /{name.Replace(' ', '_')}\n  output: x\n  priority: ERROR\n";

    public static byte[] Archive(params (string Name, string Content)[] files) => Pack(tar =>
    {
        foreach (var (name, content) in files)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }
    });

    public static byte[] Pack(Action<TarWriter> write)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, leaveOpen: true))
        {
            write(tar);
        }

        return packed.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    public static JsonObject Manifest(byte[] config, string configType, params (byte[] Content, string Type, JsonObject? Annotations)[] layers) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = ManifestType,
        ["config"] = Descriptor(config, configType, null),
        ["layers"] = new JsonArray([.. layers.Select(static layer => Descriptor(layer.Content, layer.Type, layer.Annotations))]),
    };

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public static byte[] Statement(string digest) => Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"cosign container image signature"},"optional":null}""");

    private static JsonObject Descriptor(byte[] content, string type, JsonObject? annotations)
    {
        var descriptor = new JsonObject { ["mediaType"] = type, ["digest"] = DigestOf(content), ["size"] = content.Length };
        if (annotations is not null)
        {
            descriptor["annotations"] = annotations;
        }

        return descriptor;
    }
}

/// <summary>Somebody who signs.</summary>
internal abstract class Signer
{
    public abstract string PublicPem { get; }

    public abstract byte[] Sign(byte[] text);

    public static Signer Ecdsa() => new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static Signer Ed() => new EdSigner(RandomNumberGenerator.GetBytes(32));

    private sealed class EcdsaSigner(ECDsa key) : Signer
    {
        public override string PublicPem => key.ExportSubjectPublicKeyInfoPem();

        public override byte[] Sign(byte[] text) => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private sealed class EdSigner(byte[] secret) : Signer
    {
        public override string PublicPem
        {
            get
            {
                var key = new byte[32];
                Ed25519.GeneratePublicKey(secret, 0, key, 0);
                byte[] info = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, .. key];
                return PemEncoding.WriteString("PUBLIC KEY", info);
            }
        }

        public override byte[] Sign(byte[] text)
        {
            var signature = new byte[64];
            Ed25519.Sign(secret, 0, text, 0, text.Length, signature, 0);
            return signature;
        }
    }
}
