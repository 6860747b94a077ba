using Saker.Alerts;
using Saker.Files;

namespace Saker.Outputs.Local.Stdout;

internal sealed class StdoutOutput(StdoutOptions options, LineWriter writer) : SingleAlertOutput, IOutputFactory<StdoutOptions>
{
    private readonly SemaphoreSlim turn = new(1);

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "stdout",
        Title = "Standard output",
        Summary = "Prints each alert as a line.",
        Transport = OutputTransport.Local,
        DecidingKey = "enabled",
    };

    public static IOutput Create(StdoutOptions options, OutputContext context) => new StdoutOutput(options, new LineWriter(SystemFile.StandardOutput()));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        writer.Dispose();
    }

    protected override async ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var line = options.Format == "json" ? AlertLines.Json(alert) : AlertLines.Text(alert);
        await turn.WaitAsync(cancellationToken);

        // A reader that stands still holds the write, and with it the turn; the attempt ends by its token.
        return await Task.Run(() => Write(line), CancellationToken.None).WaitAsync(cancellationToken);
    }

    private DeliveryResult Write(ReadOnlyMemory<byte> line)
    {
        try
        {
            writer.Write(line.Span);
            return DeliveryResult.Delivered;
        }
        catch (IOException exception)
        {
            return DeliveryResult.Retry($"standard output: {exception.Message}");
        }
        finally
        {
            turn.Release();
        }
    }
}
