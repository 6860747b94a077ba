using System.Buffers.Binary;
using System.Text;
using Saker.Files;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>
/// Keeps the positions of all instances in one checksummed file that is replaced as a whole: magic (8), version (4), CRC-32C over everything
/// but itself (4), then per instance name, type, low water, reading position, orphan time and open positions, little-endian. Format 2 adds
/// the time of the pause; it is written only while something is paused, so that a router that knows no pause reads the file otherwise.
/// </summary>
internal sealed class CursorStore(IDataFiles files, string directory, ILogger logger)
{
    public const uint Version = 2;
    private const uint VersionWithoutPause = 1;
    private const int HeaderSize = 16;
    private const int CrcOffset = 12;
    private const int MaxBytes = 64 << 20;
    private const string Name = "cursors";

    private static ReadOnlySpan<byte> Magic => "SAKERCUR"u8;

    private string FilePath => Path.Combine(directory, Name);

    /// <summary>The saved positions. Null: the file was damaged and is moved aside; all that is known is that there were some.</summary>
    /// <exception cref="DataDirectoryException">It cannot be read, or a newer version wrote it.</exception>
    public IReadOnlyList<CursorPosition>? Load()
    {
        try
        {
            if (!files.List(directory).Contains(Name))
            {
                return [];
            }

            byte[] bytes;
            using (var file = files.Open(FilePath, create: false))
            {
                bytes = new byte[Math.Min(file.Length, MaxBytes)];
                bytes = bytes[..file.Read(bytes, 0)];
            }

            if (TryParse(bytes) is { } positions)
            {
                return positions;
            }

            files.Replace(FilePath, FilePath + ".damaged");
            files.SyncDirectory(directory);
            DeliveryMessages.CursorsDamaged(logger, FilePath + ".damaged");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataDirectoryException($"The positions in {FilePath} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Replaces the saved positions, durably.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: the old ones are still there.</exception>
    public void Save(IReadOnlyList<CursorPosition> positions)
    {
        var temporary = FilePath + ".new";
        var bytes = Format(positions);
        if (files.List(directory).Contains(Name + ".new"))
        {
            files.Delete(temporary);
        }

        using (var file = files.Open(temporary, create: true))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        files.Replace(temporary, FilePath);
        files.SyncDirectory(directory);
    }

    private static byte[] Format(IReadOnlyList<CursorPosition> positions)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            var version = positions.Any(static position => position.PausedAt != 0) ? Version : VersionWithoutPause;
            writer.Write(version);
            writer.Write(0u);
            writer.Write(positions.Count);
            foreach (var position in positions)
            {
                writer.Write(position.Name);
                writer.Write(position.Type);
                writer.Write(position.Low);
                writer.Write(position.Read);
                writer.Write(position.OrphanedAt);
                writer.Write(position.Open.Count);
                foreach (var open in position.Open)
                {
                    writer.Write(open);
                }

                if (version == Version)
                {
                    writer.Write(position.PausedAt);
                }
            }
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CrcOffset), Checksum(bytes));
        return bytes;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => Crc32C.Compute(bytes[HeaderSize..], Crc32C.Compute(bytes[..CrcOffset]));

    private static List<CursorPosition>? TryParse(byte[] bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(CrcOffset)) != Checksum(bytes))
        {
            return null;
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (version is not (Version or VersionWithoutPause))
        {
            throw new InvalidDataException($"the file has format {version}, and this router reads formats up to {Version}; start the version that wrote it, or give another data directory.");
        }

        // The checksum is right, so that the rest is what we wrote.
        using var reader = new BinaryReader(new MemoryStream(bytes, HeaderSize, bytes.Length - HeaderSize), Encoding.UTF8);
        var positions = new List<CursorPosition>();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = reader.ReadString();
            var type = reader.ReadString();
            var low = reader.ReadInt64();
            var read = reader.ReadInt64();
            var orphaned = reader.ReadInt64();
            var open = new List<long>();
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                open.Add(reader.ReadInt64());
            }

            positions.Add(new CursorPosition(name, type, low, read, open, orphaned, version == Version ? reader.ReadInt64() : 0));
        }

        return positions;
    }
}
