using Microsoft.Win32.SafeHandles;
using Saker.Files;

namespace Saker.Outputs.Local;

/// <summary>
/// Writes whole lines to an open file, pipe or terminal. Of a line that a full disk breaks off nothing stays; the rest of one that a full
/// pipe breaks off is the first that goes into it later. Not for several threads at once.
/// </summary>
internal sealed class LineWriter(SafeFileHandle file) : IDisposable
{
    private byte[] broken = [];
    private int written;

    /// <summary>Writes a line with its line feed.</summary>
    /// <exception cref="IOException">It is not written, or not to its end; the message says why.</exception>
    public void Write(ReadOnlySpan<byte> line)
    {
        if (broken.Length > 0 && Finish().AsSpan().SequenceEqual(line))
        {
            return; // the attempt before had begun it
        }

        var before = SystemFile.Look(file);
        var done = 0;
        try
        {
            while (done < line.Length)
            {
                done += SystemFile.Write(file, line[done..]);
            }
        }
        catch (IOException) when (done > 0)
        {
            if (before.IsRegular)
            {
                SystemFile.Cut(file, before.Size);
            }
            else
            {
                (broken, written) = (line.ToArray(), done);
            }

            throw;
        }
    }

    /// <summary>Has the disk keep what was written.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Sync() => SystemFile.Sync(file);

    public void Dispose() => file.Dispose();

    private byte[] Finish()
    {
        while (written < broken.Length)
        {
            written += SystemFile.Write(file, broken.AsSpan(written));
        }

        var line = broken;
        broken = [];
        return line;
    }
}
