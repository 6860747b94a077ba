using System.Net;
using System.Net.Sockets;
using Saker.Router.Cli;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>The whole router in this process, with a sender and a destination that allocate nothing: what is allocated is the router's.</summary>
internal static class AlertPath
{
    private const int WarmUp = 10_000;
    private const int Measured = 20_000;
    private const int Portion = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Bytes allocated per alert on its way from a request to the log and its answer, and on its way from the log to one webhook.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string alertFile)
    {
        var alert = await File.ReadAllBytesAsync(alertFile);
        var accepted = await RunAsync(alert, delivers: false);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["alert.accepted"] = accepted,
            ["alert.delivered"] = await RunAsync(alert, delivers: true) - accepted,
        };
    }

    private static async Task<double> RunAsync(byte[] alert, bool delivers)
    {
        var folder = Directory.CreateTempSubdirectory("saker-path").FullName;
        using var sink = new SilentSink();
        using var stop = new CancellationTokenSource();
        try
        {
            var port = FreePort();
            var file = Path.Combine(folder, "router.yaml");
            var output = delivers ? $"webhook:\n  address: http://127.0.0.1:{sink.Port}/hook\n" : "";
            await File.WriteAllTextAsync(file, $"listenaddress: 127.0.0.1\nlistenport: {port}\ndelivery:\n  durability: os\n{output}");
            var running = RouterCommandLine.Create().Parse(["--config", file, "--data-dir", Path.Combine(folder, "data")]).InvokeAsync(cancellationToken: stop.Token);
            using var sender = await SilentSender.ConnectAsync(port, alert, running, Patience);
            Send(sender, delivers ? sink : null, WarmUp);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Send(sender, delivers ? sink : null, Measured);
            var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            await stop.CancelAsync();
            return await running == 0 ? (double)bytes / Measured : throw new InvalidOperationException("The router did not end as it should.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // In portions, so that the destination keeps up: an alert that is read back from the disk costs a second parsing.
    private static void Send(SilentSender sender, SilentSink? sink, int count)
    {
        for (var sent = 0; sent < count; sent += Portion)
        {
            var expected = (sink?.Received ?? 0) + Portion;
            for (var i = 0; i < Portion; i++)
            {
                sender.Send();
            }

            if (sink is not null && !SpinWait.SpinUntil(() => sink.Received >= expected, Patience))
            {
                throw new TimeoutException($"{sink.Received} of {expected} alerts were delivered.");
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
