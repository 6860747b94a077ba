using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Saker.Detector.Following;

namespace Saker.Detector.Tests.Following;

/// <summary>Archives and manifests that somebody made to do harm, and such as are damaged: always a sentence, and nothing that was not asked for.</summary>
public sealed class HostileArtifacts
{
    private const int Rounds = 3000;

    public static TheoryData<string> Names => ["../a.yaml", "/etc/a.yaml", "a/../b.yaml", "sub/a.yaml", "..", ".hidden.yaml", "a\\b.yaml", "é.yaml", "a b.yaml", new string('a', 130) + ".yaml"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_is_more_than_a_name_is_refused(string name) => Refused(Artifacts.Archive((name, Artifacts.Rule("First"))), "");

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void Links_and_devices_are_refused(TarEntryType type) => Refused(
        Artifacts.Pack(tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a.yaml") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Artifacts.Rule("First"))) });
            var entry = new PaxTarEntry(type, "b.yaml");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/shadow";
            }

            tar.WriteEntry(entry);
        }),
        "no file");

    [Fact]
    public void What_is_too_much_is_refused()
    {
        Refused(Artifacts.Gzip(new byte[RulesArchive.MostUnpacked + 1]), "when it is unpacked");
        Refused(Artifacts.Archive([.. Enumerable.Range(0, 1001).Select(static i => ($"{i}.md", "x"))]), "entries");
        Refused(Artifacts.Archive(("a.yaml", "x"), ("a.yaml", "y")), "twice");
        Refused(Artifacts.Archive(("README.md", "x")), "no rule file");
        Refused("not at all"u8.ToArray(), "damaged");
        Refused([], "no rule file");
    }

    [Fact]
    public void Files_at_the_top_are_taken_in_the_order_of_their_names()
    {
        var files = RulesArchive.Read(Artifacts.Archive(("./b.yml", "2"), ("LICENSE", "x"), ("a.yaml", "1")));
        Assert.Equal([("a.yaml", "1"), ("b.yml", "2")], files.Select(static file => (file.Name, Encoding.UTF8.GetString(file.Content.Span))));
    }

    [Fact]
    public void A_damaged_archive_is_refused_or_read_and_never_anything_else()
    {
        var random = new Random(77);
        var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a.yaml") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Artifacts.Rule("First"))) });
            tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "b.yaml") { DataStream = new MemoryStream(new byte[700]) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "c.yaml"));
        }

        var packed = Artifacts.Gzip(plain.ToArray());
        for (var round = 0; round < Rounds; round++)
        {
            // Within the tar, and around it.
            var bytes = round % 2 == 0 ? Artifacts.Gzip(Damaged(plain.ToArray(), random)) : Damaged(packed, random);
            try
            {
                Assert.All(RulesArchive.Read(bytes), static file => Assert.True(RulesArchive.IsFileName(file.Name)));
            }
            catch (RulesSourceException exception)
            {
                Assert.True(exception.IsRefusal);
            }
        }
    }

    [Fact]
    public void A_damaged_manifest_or_statement_is_refused_or_read_and_never_anything_else()
    {
        var random = new Random(78);
        var digest = Artifacts.DigestOf([1]);
        var manifest = Encoding.UTF8.GetBytes(Artifacts.Manifest([1], Artifacts.ConfigType, ([2], Artifacts.LayerType, new JsonObject { ["a"] = "b" }), ([3], Artifacts.LayerType, null)).ToJsonString());
        var statement = Artifacts.Statement(digest);
        for (var round = 0; round < Rounds; round++)
        {
            try
            {
                Assert.All(ArtifactFetcher.Layers(SourceJson.Parse(Damaged(manifest, random), "The manifest")), static layer => Assert.True(RegistryClient.IsDigest(layer)));
            }
            catch (RulesSourceException exception)
            {
                Assert.True(exception.IsRefusal);
            }

            SimpleSigning.IsAbout(Damaged(statement, random), digest);
        }

        Assert.Equal(2, ArtifactFetcher.Layers(SourceJson.Parse(manifest, "The manifest")).Count);
        Assert.True(SimpleSigning.IsAbout(statement, digest));
    }

    [Theory]
    [InlineData("""{"critical":{"image":{"docker-manifest-digest":"D"},"type":"another statement"}}""")]
    [InlineData("""{"critical":{"image":{"docker-manifest-digest":"D"}}}""")]
    [InlineData("""{"critical":{"image":{"docker-manifest-digest":"E"},"type":"cosign container image signature"}}""")]
    [InlineData("""{"critical":{"image":{"docker-manifest-digest":"E","docker-manifest-digest":"D"},"type":"cosign container image signature"}}""")]
    [InlineData("""{"image":{"docker-manifest-digest":"D"},"type":"cosign container image signature"}""")]
    [InlineData("""["D"]""")]
    [InlineData("")]
    public void A_statement_about_something_else_proves_nothing(string statement) =>
        Assert.False(SimpleSigning.IsAbout(Encoding.UTF8.GetBytes(statement.Replace("\"D\"", $"\"{Artifacts.DigestOf([1])}\"", StringComparison.Ordinal)), Artifacts.DigestOf([1])));

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_none(string pem) => Assert.Null(SignatureKey.Parse(pem));

    [Fact]
    public void A_key_of_another_curve_or_kind_or_a_private_one_is_none()
    {
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        Assert.Null(SignatureKey.Parse(other.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(SignatureKey.Parse(rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(SignatureKey.Parse(other.ExportPkcs8PrivateKeyPem()));
        using var good = SignatureKey.Parse(Signer.Ecdsa().PublicPem);
        Assert.NotNull(good);
    }

    private static void Refused(byte[] archive, string sentence)
    {
        var exception = Assert.Throws<RulesSourceException>(() => RulesArchive.Read(archive));
        Assert.True(exception.IsRefusal);
        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var damaged = bytes.ToArray();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (byte)"\"{}[]:,0/."[random.Next(10)] : (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
    }
}
