using Saker.Files;

namespace Saker.Detector.Outputs;

/// <summary>A file that lines are appended to. One that was moved away or removed, as by logrotate, is begun anew.</summary>
/// <param name="path">The file.</param>
/// <param name="keepOpen">Whether it stays open between alerts (Falco's <c>file_output.keep_alive</c>).</param>
internal sealed class FileOutput(string path, bool keepOpen) : IAlertOutput
{
    private FileStream? stream;
    private volatile bool reopen;
    private bool torn;

    public string Name => "file";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync();
            await AppendAsync(stream!, alert, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await CloseAsync();
            throw exception as IOException ?? new IOException(exception.Message, exception);
        }

        if (!keepOpen)
        {
            await CloseAsync();
        }
    }

    public void Reopen() => reopen = true;

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask OpenAsync()
    {
        if (stream is not null && (reopen || !SystemFile.IsAt(stream.SafeFileHandle, path)))
        {
            await CloseAsync();
        }

        reopen = false;
        stream ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private async ValueTask AppendAsync(FileStream file, AlertLine alert, CancellationToken cancellationToken)
    {
        // One write, so that lines of several writers do not mix; and a line of its own behind what a full disk has cut.
        byte[] line = torn ? [(byte)'\n', .. alert.Line.Span, (byte)'\n'] : [.. alert.Line.Span, (byte)'\n'];
        var before = file.CanSeek ? file.Length : 0;
        try
        {
            await file.WriteAsync(line, cancellationToken);
            torn = false;
        }
        catch (IOException)
        {
            torn |= file.CanSeek && file.Length > before;
            throw;
        }
    }

    private async ValueTask CloseAsync()
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        stream = null;
    }
}
