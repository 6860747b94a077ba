namespace Saker.Outputs.Local.File;

/// <summary>A file that is appended to and moved aside when it has grown enough. Not for several threads at once.</summary>
internal sealed class RotatingFile(string path, long maxBytes, int maxFiles) : IDisposable
{
    private FileStream? stream;

    /// <summary>Appends a line. After a failure the file is opened anew by the next call.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Append(ReadOnlySpan<byte> line, bool sync)
    {
        try
        {
            stream ??= Open();
            if (maxBytes > 0 && stream.Position > 0 && stream.Position + line.Length > maxBytes)
            {
                Rotate();
                stream = Open();
            }

            stream.Write(line);
            stream.Flush(flushToDisk: sync);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private FileStream Open()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
        // Unbuffered: a line is in the file, or the write has failed.
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    private void Rotate()
    {
        Close();
        if (maxFiles == 0)
        {
            System.IO.File.Delete(path);
            return;
        }

        for (var i = maxFiles - 1; i >= 1; i--)
        {
            if (System.IO.File.Exists($"{path}.{i}"))
            {
                System.IO.File.Move($"{path}.{i}", $"{path}.{i + 1}", overwrite: true);
            }
        }

        System.IO.File.Move(path, $"{path}.1", overwrite: true);
    }

    private void Close()
    {
        stream?.Dispose();
        stream = null;
    }
}
