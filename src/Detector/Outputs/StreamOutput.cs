namespace Saker.Detector.Outputs;

/// <summary>Writes lines to a stream: standard output, or a file that is appended to.</summary>
internal sealed class StreamOutput(string name, Func<Stream> open, bool keepOpen) : IAlertOutput
{
    private static readonly byte[] LineFeed = "\n"u8.ToArray();
    private Stream? stream;

    public string Name => name;

    /// <summary>Standard output.</summary>
    public static StreamOutput Stdout() => new("stdout", Console.OpenStandardOutput, keepOpen: true);

    /// <summary>A file, opened for each alert or kept open (Falco's <c>file_output.keep_alive</c>).</summary>
    public static StreamOutput File(string path, bool keepOpen) => new(
        "file", () => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0), keepOpen);

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        byte[] line = [.. alert.Line.Span, .. LineFeed]; // one write, so that lines of several writers do not mix
        try
        {
            stream ??= open();
            await stream.WriteAsync(line, cancellationToken);
            await stream.FlushAsync(cancellationToken);
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

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask CloseAsync()
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        stream = null;
    }
}
