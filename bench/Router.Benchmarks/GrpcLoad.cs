using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Saker.Alerts.V1;

namespace Saker.Router.Benchmarks;

/// <summary>Sends one alert again and again over streams of gRPC, as fast as it is acknowledged.</summary>
internal static class GrpcLoad
{
    // Alerts of one stream that are sent and not acknowledged.
    private const int InFlight = 256;

    /// <summary>0 when every alert was stored.</summary>
    public static async Task<int> SendAsync(Uri address, string file, int count, int streams, int batch)
    {
        var alert = ByteString.CopyFrom(await File.ReadAllBytesAsync(file));
        var stored = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => StreamAsync(address, alert, count / streams, batch))));
        Console.WriteLine(stored.Sum());
        return stored.Sum() == count / streams * streams ? 0 : 1;
    }

    private static async Task<int> StreamAsync(Uri address, ByteString alert, int count, int batch)
    {
        using var channel = GrpcChannel.ForAddress(address);
        using var call = new Alerts.V1.Alerts.AlertsClient(channel).Stream();
        using var room = new SemaphoreSlim(Math.Max(1, InFlight / batch));
        var stored = 0;
        var hearing = HearAsync();
        for (var sent = 0; sent < count;)
        {
            await room.WaitAsync();
            var request = new SendRequest();
            for (var i = 0; i < batch && sent < count; i++)
            {
                request.Alerts.Add(new SentAlert { Id = (ulong)++sent, Json = alert });
            }

            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
        await hearing;
        return stored;

        async Task HearAsync()
        {
            var heard = 0;
            await foreach (var response in call.ResponseStream.ReadAllAsync())
            {
                stored += response.Stored.Count;
                heard += response.Stored.Count + response.NotStored.Count;
                for (; heard >= batch; heard -= batch)
                {
                    room.Release();
                }
            }
        }
    }
}
