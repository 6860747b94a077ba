using Saker.Alerts;

namespace Saker.Outputs.Local.Stdout;

internal sealed class StdoutOutput(StdoutOptions options, Stream stream) : SingleAlertOutput, IOutputFactory<StdoutOptions>
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

    public static IOutput Create(StdoutOptions options, OutputContext context) => new StdoutOutput(options, Console.OpenStandardOutput());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        turn.Dispose();
        await stream.DisposeAsync();
    }

    protected override async ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var line = options.Format == "json" ? AlertLines.Json(alert) : AlertLines.Text(alert);
        await turn.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(line, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            return DeliveryResult.Delivered;
        }
        catch (IOException exception)
        {
            return DeliveryResult.Retry(exception.Message);
        }
        finally
        {
            turn.Release();
        }
    }
}
