using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Saker.Router.Cli;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>A whole router in this process, with one output or none and a folder of its own.</summary>
internal sealed class RunningRouter : IAsyncDisposable
{
    private const int Portion = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource stop = new();
    private readonly string folder = Directory.CreateTempSubdirectory("saker-path").FullName;
    private readonly int port = FreePort();
    private Destination? destination;
    private Task<int> running = Task.FromResult(0);

    /// <summary>A port that is free.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Starts it for an output, or for none at all; false when the output's other side cannot be had.</summary>
    public async Task<bool> StartAsync(MeasuredOutput? output)
    {
        destination = output?.Start(folder);
        if (output is not null && destination is null)
        {
            return false;
        }

        var file = Path.Combine(folder, "router.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"listenaddress: 127.0.0.1\nlistenport: {port}\ndelivery:\n  durability: os\n{destination?.Configuration}\n"));
        running = RouterCommandLine.Create().Parse(["--config", file, "--data-dir", Path.Combine(folder, "data")]).InvokeAsync(cancellationToken: stop.Token);
        return true;
    }

    /// <summary>Bytes that this process allocates per alert from the sending on, until each is delivered.</summary>
    public async Task<double> MeasureAsync(byte[] alert, int warmUp, int measured)
    {
        using var deliveries = new Deliveries();
        using var sender = await SilentSender.ConnectAsync(port, alert, running, Patience);
        Send(sender, deliveries, warmUp);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Send(sender, deliveries, measured);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / measured;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        var code = await running;
        destination?.Dispose();
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
        if (code != 0)
        {
            throw new InvalidOperationException("The router did not end as it should.");
        }
    }

    // In portions, so that the destination keeps up: an alert that is read back from the disk costs a second parsing.
    private void Send(SilentSender sender, Deliveries deliveries, int count)
    {
        for (var sent = 0; sent < count; sent += Portion)
        {
            var expected = deliveries.Count + Portion;
            for (var i = 0; i < Portion; i++)
            {
                sender.Send();
            }

            if (destination is not null && !SpinWait.SpinUntil(() => deliveries.Count >= expected, Patience))
            {
                throw new TimeoutException($"{deliveries.Count} of {expected} alerts were delivered: {destination.Configuration}");
            }
        }
    }
}
