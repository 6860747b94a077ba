using System.Formats.Tar;
using System.IO.Compression;

namespace Saker.Detector.Following;

/// <summary>Takes rule files out of a gzipped tar. Nothing in it reaches the disk by a name of its own choice, and everything is bounded.</summary>
internal static class RulesArchive
{
    /// <summary>The most bytes that an archive may have, packed.</summary>
    public const int MostPacked = 16 << 20;

    /// <summary>The most bytes that its files may have together.</summary>
    public const int MostUnpacked = 32 << 20;

    private const int MostEntries = 1000;
    private const int MostNameLength = 128;

    /// <summary>The rule files, in the order of their names.</summary>
    /// <exception cref="RulesSourceException">It is damaged, too large, or has something in it that does not belong there.</exception>
    public static IReadOnlyList<FetchedFile> Read(ReadOnlyMemory<byte> packed)
    {
        try
        {
            using var unpacked = Unpack(packed);
            var files = ReadEntries(unpacked);
            return files.Count > 0 ? files : throw RulesSourceException.Refused("The archive holds no rule file (.yaml, .yml).");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException or ArgumentException or NotSupportedException or OverflowException or InvalidOperationException)
        {
            throw RulesSourceException.Refused("The archive is damaged: it is no gzipped tar that can be read to its end.", exception);
        }
    }

    /// <summary>A name that a rule file may have.</summary>
    public static bool IsFileName(string name) =>
        name.Length is > 0 and <= MostNameLength && name[0] != '.' && name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '+');

    // Whole, and with a bound, before the tar is looked at: what a header says of sizes is not believed.
    private static MemoryStream Unpack(ReadOnlyMemory<byte> packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
        var unpacked = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (gzip.Read(buffer) is > 0 and var count)
        {
            if (unpacked.Length + count > MostUnpacked)
            {
                unpacked.Dispose();
                throw RulesSourceException.Refused($"The archive has more than {MostUnpacked >> 20} MiB when it is unpacked.");
            }

            unpacked.Write(buffer, 0, count);
        }

        unpacked.Position = 0;
        return unpacked;
    }

    private static List<FetchedFile> ReadEntries(MemoryStream unpacked)
    {
        using var tar = new TarReader(unpacked, leaveOpen: true);
        var files = new SortedDictionary<string, FetchedFile>(StringComparer.Ordinal);
        for (var entries = 0; tar.GetNextEntry() is { } entry; entries++)
        {
            if (entries >= MostEntries)
            {
                throw RulesSourceException.Refused($"The archive has more than {MostEntries} entries.");
            }

            if (Take(entry) is { } file && !files.TryAdd(file.Name, file))
            {
                throw RulesSourceException.Refused($"The archive has '{file.Name}' twice.");
            }
        }

        return [.. files.Values];
    }

    private static FetchedFile? Take(TarEntry entry)
    {
        var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        switch (entry.EntryType)
        {
            case TarEntryType.Directory when name.Trim('/') is "" or ".":
            case TarEntryType.GlobalExtendedAttributes:
                return null;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            default:
                throw RulesSourceException.Refused("The archive has a link, a folder or something else in it that is no file; rule files belong at its top.");
        }

        if (!IsFileName(name))
        {
            throw RulesSourceException.Refused("The archive has a file in it whose name is not one of letters, digits, '.', '_' and '-', or that lies in a folder; rule files belong at its top.");
        }

        if (Path.GetExtension(name) is not (".yaml" or ".yml"))
        {
            return null; // a licence, a description
        }

        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        if (content.Length != entry.Length)
        {
            throw RulesSourceException.Refused("The archive is cut short.");
        }

        return new FetchedFile(name, content.ToArray());
    }
}
