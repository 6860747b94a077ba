using Saker.Alerts;

namespace Saker.Outputs.Local.File;

internal sealed class FileOutput(FileOutputOptions options) : SingleAlertOutput, IOutputFactory<FileOutputOptions>
{
    private readonly RotatingFile file = new(options.Path, options.MaxSizeMb * 1024L * 1024, options.MaxFiles);
    private readonly Lock turn = new();

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "file",
        Title = "File",
        Summary = "Appends each alert as a line to a file that is rotated by size.",
        Transport = OutputTransport.Local,
        DecidingKey = "path",
    };

    public static IOutput Create(FileOutputOptions options, OutputContext context) => new FileOutput(options);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        file.Dispose();
    }

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var line = options.Format == "text" ? AlertLines.Text(alert) : AlertLines.Json(alert);
        try
        {
            lock (turn)
            {
                file.Append(line.Span, options.Sync);
            }

            return new(DeliveryResult.Delivered);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(DeliveryResult.Retry($"file {options.Path}: {exception.Message}"));
        }
    }
}
