using Saker.Files;

namespace Saker.Outputs.Local.File;

/// <summary>
/// A file that is appended to and moved aside when it has grown enough. What the path leads to counts: a file that was removed, renamed,
/// exchanged or emptied by others (logrotate, in both of its ways) is not written on. Not for several threads at once.
/// </summary>
internal sealed class RotatingFile(string path, long maxBytes, int maxFiles) : IDisposable
{
    private LineWriter? writer;
    private FileFacts opened;

    /// <summary>Appends a line. After a failure the file is opened anew by the next call.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Append(ReadOnlySpan<byte> line, bool sync)
    {
        try
        {
            var target = Reach();
            if (maxBytes > 0 && target is { IsRegular: true, Size: > 0 } && target.Size + line.Length > maxBytes)
            {
                Rotate();
                Reach();
            }

            writer!.Write(line);
            if (sync)
            {
                writer.Sync();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A pipe whose reader does not keep up stays open: the rest of a line is owed to it.
            if (opened.IsRegular || SystemFile.IsFinal(exception))
            {
                Close();
            }

            throw;
        }
    }

    public void Dispose() => Close();

    /// <summary>Opens the file unless it is open already and the path still leads to it.</summary>
    private FileFacts Reach()
    {
        if (writer is not null && SystemFile.Look(path) is { } present && present.IsSameAs(opened))
        {
            return present;
        }

        Close();
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var file = SystemFile.OpenToAppend(path);
        writer = new LineWriter(file);
        opened = SystemFile.Look(file);
        if (opened is { IsRegular: true, Size: > 0 } && !EndsWithLine())
        {
            writer.Write("\n"u8); // whoever wrote before was broken off
        }

        return SystemFile.Look(file);
    }

    // A file that may not be read is taken as whole.
    private bool EndsWithLine()
    {
        try
        {
            using var file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> last = stackalloc byte[1];
            return RandomAccess.Read(file, last, RandomAccess.GetLength(file) - 1) == 0 || last[0] == (byte)'\n';
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
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
        writer?.Dispose();
        writer = null;
    }
}
