using System.Net;
using System.Text;
using System.Text.Json;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>A broker with one topic of one partition as the contract wants it: the cluster in memory has no SASL, and refuses nothing for good.</summary>
internal sealed class KafkaDestination(IPEndPoint door) : IServerDestination
{
    public const string Topic = "falco";
    private const short NotEnoughReplicas = 19;
    private const short InvalidRecord = 87;

    private readonly FakeBroker broker = new() { Log = new FakeLog(Topic, door), Password = PlantedSecrets.Of("password") };

    public IPEndPoint Address => IPEndPoint.Parse(broker.Address);

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    public Task<string> SetMoodAsync(ServerMood mood, string words)
    {
        broker.Words = words;
        broker.Password = mood == ServerMood.DeniesSignIn ? null : PlantedSecrets.Of("password");
        broker.Log!.Error = mood switch { ServerMood.NotNow => NotEnoughReplicas, ServerMood.RefusesForGood => InvalidRecord, _ => 0 };
        if (mood == ServerMood.DeniesSignIn)
        {
            broker.BreakOff();
        }

        // The client gives the name of a refusal without the broker's words, and of those that it tries again not even that.
        return Task.FromResult(mood == ServerMood.RefusesForGood ? nameof(InvalidRecord) : "");
    }

    public Task<IReadOnlyList<string>> ArrivedAsync() => Task.FromResult<IReadOnlyList<string>>([.. broker.Log!.Values.Select(static value => Encoding.UTF8.GetString(value))]);

    public Task<int> TriesAsync() => Task.FromResult(broker.Log!.Tries);

    public Task<IReadOnlyList<string>> FaultsAsync()
    {
        var faults = new List<string>();
        foreach (var value in broker.Log!.Values)
        {
            try
            {
                new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(value);
                JsonDocument.Parse(value).Dispose();
            }
            catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
            {
                faults.Add(exception.Message);
            }
        }

        return Task.FromResult<IReadOnlyList<string>>(faults);
    }
}
