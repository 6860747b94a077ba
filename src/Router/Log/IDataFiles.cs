namespace Saker.Router.Log;

/// <summary>
/// The file operations under log, cursors and dead letters. A seam for one reason: tests delay, fail and tear syncs, run out
/// of space and pull the plug behind it.
/// </summary>
internal interface IDataFiles
{
    /// <summary>Opens a file for reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">True: makes it and fails when it exists. False: fails when it does not.</param>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>, as for the other members.</exception>
    IDataFile Open(string path, bool create);

    /// <summary>Names (without folder) of the files in a folder.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Makes a folder and those above it, for this user alone.</summary>
    void CreateDirectory(string directory);

    void Delete(string path);

    /// <summary>Renames, replacing what has the name.</summary>
    void Replace(string from, string to);

    /// <summary>Makes creations, renames and deletions in a folder durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>Bytes that may still be written on the folder's file system.</summary>
    long FreeBytes(string directory);
}

/// <summary>An open file.</summary>
internal interface IDataFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads at <paramref name="offset"/>; fewer bytes than asked for only at the end.</summary>
    int Read(Span<byte> into, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Makes all that was written durable.</summary>
    void Sync();
}
