using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Saker.Testing.Engines;

/// <summary>An image with nothing but a static busybox that sleeps, in the form that all engines load.</summary>
public static class TinyImage
{
    /// <summary>Its name.</summary>
    public const string Name = "localhost/saker-test:1.0";

    /// <summary>Debian's busybox-static.</summary>
    public const string Busybox = "/bin/busybox";

    /// <summary>Writes the archive.</summary>
    public static void WriteTo(string file)
    {
        var layer = Layer();
        var digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Cmd = new[] { "/bin/busybox", "sleep", "1000" }, Env = new[] { "PATH=/bin" }, Labels = new Dictionary<string, string> { ["of"] = "image" } },
            rootfs = new { type = "layers", diff_ids = new[] { $"sha256:{digest}" } },
        });
        var configName = Convert.ToHexStringLower(SHA256.HashData(config)) + ".json";
        using var stream = File.Create(file);
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar);
        Add(tar, "layer.tar", layer, 0b110_100_100);
        Add(tar, configName, config, 0b110_100_100);
        Add(tar, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":["{{Name}}"],"Layers":["layer.tar"]}]"""), 0b110_100_100);
    }

    private static byte[] Layer()
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin", "etc", "proc", "sys", "dev", "tmp"])
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder + "/") { Mode = (UnixFileMode)0b111_101_101 });
            }

            Add(tar, "bin/busybox", File.ReadAllBytes(Busybox), 0b111_101_101);
            Add(tar, "etc/passwd", "root:x:0:0:root:/:/bin/busybox\n"u8.ToArray(), 0b110_100_100);
        }

        return stream.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content, int mode) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)mode, DataStream = new MemoryStream(content) });
}
