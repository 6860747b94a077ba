namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>One kind of damage to a store's files, done while it is closed.</summary>
internal sealed record Damage(string Name, Action<string> Apply)
{
    public static IReadOnlyList<Damage> All { get; } =
    [
        new("none", static _ => { }),
        new("torn tail", static d => Change(Last(d), static f => f.SetLength(f.Length - 500))),
        new("garbage appended", static d => Change(Last(d), static f => Overwrite(f, f.Length, 3000, 0xA5))),
        new("zeros appended", static d => Change(Last(d), static f => Overwrite(f, f.Length, 8192, 0))),
        new("bit flip in a payload", static d => Change(Middle(d), static f => Flip(f, 500_700))),
        new("bit flips every 100 KB", static d => Change(Middle(d), static f => { for (var at = 100_000L; at < 1_000_000; at += 100_000) { Flip(f, at); } })),
        new("zeroed 4 KiB", static d => Change(Middle(d), static f => Overwrite(f, 512 << 10, 4096, 0))),
        new("garbage 64 KiB", static d => Change(Middle(d), static f => Overwrite(f, 512 << 10, 64 << 10, 0xA5))),
        new("first 4 KiB zeroed", static d => Change(Middle(d), static f => Overwrite(f, 0, 4096, 0))),
        new("middle file missing", static d => File.Delete(Middle(d))),
        new("last file missing", static d => File.Delete(Last(d))),
        new("metadata missing", static d => Array.ForEach(Metadata(d), File.Delete)),
    ];

    private static string[] Data(string directory) =>
        [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Except(Metadata(directory)).OrderBy(File.GetLastWriteTimeUtc).ThenBy(static p => p, StringComparer.Ordinal)];

    private static string[] Metadata(string directory) =>
        [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Where(static p => p.Contains("commits") || p.EndsWith("-wal") || p.EndsWith("-shm"))];

    private static string Last(string directory) => Data(directory)[^1];

    private static string Middle(string directory) => Data(directory)[Data(directory).Length / 2];

    private static void Change(string path, Action<FileStream> change)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        change(file);
    }

    private static void Overwrite(FileStream file, long at, int count, byte value)
    {
        file.Position = at;
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        file.Write(bytes);
    }

    private static void Flip(FileStream file, long at)
    {
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }
}
