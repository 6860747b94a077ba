using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Google.Protobuf;
using Saker.Alerts.V1;

namespace Saker.EndToEnd.Tests;

/// <summary>Kills the router in the middle of a stream of gRPC: what was acknowledged must be there.</summary>
[Collection(Heavy.Name)]
public sealed class GrpcKillTests
{
    private const int Kills = 20;
    private const int Alerts = 100_000;
    private const int Batch = 20;
    private const int Step = Alerts / (Kills + 1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<ulong, bool> acknowledged = new();

    // Alerts that may be sent before the next kill: so all kills come in the middle, however fast the machine is.
    private int allowed = Step;

    [Fact]
    public async Task Every_alert_that_a_stream_acknowledged_is_delivered_across_kills()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            outputs:
              store: { type: file, path: "{{folder.File("alerts.jsonl")}}" }
            """);
        await using var router = await RestartedRouter.StartAsync(folder, port);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(Patience);
        var sending = Task.Run(() => SendAsync(port, enough.Token), enough.Token);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Wait.UntilAsync(() => acknowledged.Count >= kill * Step - Step / 2 || sending.IsCompleted, Patience, () => $"the acknowledgements before kill {kill}: {acknowledged.Count}");
            if (sending.IsCompleted)
            {
                await sending; // says why
                Assert.Fail($"All was acknowledged before kill {kill}.");
            }

            await router.EndAsync("KILL");
            Volatile.Write(ref allowed, kill == Kills ? Alerts : (kill + 1) * Step);
            await router.StartAgainAsync();
        }

        var streams = await sending;
        Assert.Equal(Alerts, acknowledged.Count);
        Assert.InRange(streams, Kills + 1, int.MaxValue);
        await Wait.UntilAsync(async () => (await Ask.OutputsAsync(port)).Values.All(static output => output.Depth == 0), Patience, static () => "nothing left");
        Assert.Equal(0, await router.EndAsync("TERM"));
        var stored = (await File.ReadAllLinesAsync(folder.File("alerts.jsonl"), TestContext.Current.CancellationToken)).Select(Load.NameIn).OfType<string>().ToList();
        var distinct = stored.ToHashSet();
        Assert.DoesNotContain(acknowledged.Keys, id => !distinct.Contains(Name(id)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {streams} streams, {acknowledged.Count} acknowledged, {stored.Count - distinct.Count} delivered more than once.");
    }

    private static string Name(ulong id) => string.Create(CultureInfo.InvariantCulture, $"alert-0-{id}-end");

    private static SentAlert Alert(ulong id) => new()
    {
        Id = id,
        Json = ByteString.CopyFromUtf8($$"""{"output":"{{Name(id)}}","priority":"Warning","rule":"load","time":"2026-11-24T00:00:00Z","output_fields":{"n":"1"} }"""),
    };

    /// <summary>Sends until all is acknowledged, over as many streams as that takes.</summary>
    private async Task<int> SendAsync(int port, CancellationToken cancellationToken)
    {
        var streams = 0;
        while (acknowledged.Count < Alerts)
        {
            streams++;
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
            using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(cancellationToken: cancellationToken);
            var hearing = HearAsync(call);
            try
            {
                foreach (var ids in Enumerable.Range(0, Alerts).Select(static id => (ulong)id).Where(id => !acknowledged.ContainsKey(id)).Chunk(Batch))
                {
                    while (ids[^1] >= (ulong)Volatile.Read(ref allowed) && !hearing.IsCompleted)
                    {
                        await Task.Delay(1, cancellationToken);
                    }

                    await call.RequestStream.WriteAsync(new SendRequest { Alerts = { ids.Select(Alert) } }, cancellationToken);
                }

                await call.RequestStream.CompleteAsync();
                await hearing;
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
            {
                // The router is dead: what it has not acknowledged is sent again.
                await Task.WhenAny(hearing);
                await Task.Delay(50, cancellationToken);
            }
        }

        return streams;
    }

    private async Task HearAsync(AsyncDuplexStreamingCall<SendRequest, SendResponse> call)
    {
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            foreach (var id in response.Stored)
            {
                acknowledged[id] = true;
            }
        }
    }
}
