using System.Net;
using Saker.Alerts;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output over a socket, a message broker or a database must do, shown on a server: how its answers are judged.</summary>
/// <param name="registration">The output.</param>
public abstract partial class ServerOutputContract(OutputRegistration registration) : OutputContract(registration)
{
    private const string Words = "the-words-of-this-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // For what a flawed output never does, which the kit's own tests wait out.
    private static readonly TimeSpan Soon = Patience / 3;

    /// <summary>Starts the server, empty and healthy. It lets in who presents <see cref="PlantedSecrets"/>.</summary>
    /// <param name="door">The address by which outputs reach it, for servers that tell their clients where they are.</param>
    protected abstract Task<IServerDestination> StartServerAsync(IPEndPoint door);

    /// <summary>The least keys that switch it on and let it deliver to <paramref name="server"/>, without secrets: the kit adds those.</summary>
    protected abstract IReadOnlyDictionary<string, string?> MinimalConfig(IPEndPoint server);

    /// <summary>Keys without which a secret has no use, such as the kind of sign-in; none where it is used anyway.</summary>
    /// <param name="secret">The key of the secret.</param>
    protected virtual IReadOnlyDictionary<string, string?> CompanionsOf(string secret) => new Dictionary<string, string?>();

    /// <summary>Why the client of this output tries more than once in an attempt, within the attempt's time; null for one that does not.</summary>
    protected virtual string? TriesAgain => null;

    /// <summary>Moods that this kind of server does not have, each with the reason. Their facts are skipped, with that reason.</summary>
    protected virtual IReadOnlyDictionary<ServerMood, string> Impossible => new Dictionary<ServerMood, string>();

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string?> AnyConfig => MinimalConfig(new IPEndPoint(IPAddress.Loopback, 1)).Concat(Planted()).ToDictionary();

    /// <summary>1 and 11: delivered means that the server has it, once, with what a reader needs first.</summary>
    [Fact]
    public async Task What_is_delivered_has_arrived_once_with_rule_output_and_priority()
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        for (var i = 1; i <= 3; i++)
        {
            await bed.DeliverAsync(DeliveryStatus.Delivered, Numbered(i));
            var arrived = await bed.Server.ArrivedAsync();
            Assert.Equal(i, arrived.Count);
            Assert.Contains(Numbered(i).Rule, arrived[^1], StringComparison.Ordinal);
            Assert.Contains(Numbered(i).Output, arrived[^1], StringComparison.Ordinal);
            Assert.Contains(SampleAlerts.Full.Priority.Word(), arrived[^1], StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>1: what the server cannot take for the moment is worth another attempt, which the same instance makes.</summary>
    [Fact]
    public async Task A_refusal_for_the_moment_is_a_retry_with_the_words_of_the_server()
    {
        Require(ServerMood.NotNow);
        await using var bed = await BedAsync();
        var words = await bed.Server.SetMoodAsync(ServerMood.NotNow, Words);
        var result = await bed.DeliverAsync(DeliveryStatus.Retry);
        Assert.True(result.Reason.Contains(words, StringComparison.Ordinal), result.Reason);
        Assert.Empty(await bed.Server.ArrivedAsync());
        await bed.Server.SetMoodAsync(ServerMood.Healthy, Words);
        await bed.DeliverAsync(DeliveryStatus.Delivered);
        Assert.Single(await bed.Server.ArrivedAsync());
    }

    /// <summary>1: a refusal for what the alert is, is final, or tells of what is configured; it holds nothing else back.</summary>
    [Fact]
    public async Task A_refusal_for_good_is_final_and_has_the_words_of_the_server()
    {
        Require(ServerMood.RefusesForGood);
        await using var bed = await BedAsync();
        var words = await bed.Server.SetMoodAsync(ServerMood.RefusesForGood, Words);
        var result = await bed.TryAsync();
        Assert.True(result.Status is DeliveryStatus.Rejected or DeliveryStatus.Blocked, result.ToString());
        Assert.Equal(result.Status == DeliveryStatus.Blocked, result.Reason.Contains(Look, StringComparison.Ordinal));
        Assert.Contains(words, result.Reason, StringComparison.Ordinal);
        Assert.Empty(await bed.Server.ArrivedAsync());
        await bed.Server.SetMoodAsync(ServerMood.Healthy, Words);
        await bed.DeliverAsync(DeliveryStatus.Delivered);
    }

    /// <summary>1: who is not let in loses no alert, and says which key to look at unless the server may let it in later.</summary>
    [Fact]
    public async Task A_denied_sign_in_names_a_key_and_loses_nothing()
    {
        Require(ServerMood.DeniesSignIn);
        await using var bed = await BedAsync();
        await bed.Server.SetMoodAsync(ServerMood.DeniesSignIn, Words);
        var result = await bed.TryAsync();
        Assert.True(result.Status is DeliveryStatus.Blocked or DeliveryStatus.Retry, result.ToString());
        Assert.Contains(Look, result.Reason, StringComparison.Ordinal);
        Assert.Empty(await bed.Server.ArrivedAsync());
        await bed.Server.SetMoodAsync(ServerMood.Healthy, Words);
        await bed.DeliverAgainAsync();
        Assert.Single(await bed.Server.ArrivedAsync());
    }

    /// <summary>1: one attempt is one try: the router is who tries again. Who has a client that tries more says so, and ends with the attempt all the same.</summary>
    [Fact]
    public async Task A_failure_is_tried_once()
    {
        Require(ServerMood.NotNow);
        await using var bed = await BedAsync();
        await bed.Server.SetMoodAsync(ServerMood.NotNow, Words);
        for (var attempts = 1; attempts <= 3; attempts++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await bed.DeliverAsync(DeliveryStatus.Retry);
            var tries = await bed.Server.TriesAsync();
            Assert.InRange(tries, attempts, TriesAgain is null ? attempts : int.MaxValue);
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Bed.ShortAttempt + Patience); // what goes on for ever would not
        }
    }

    /// <summary>9: several alerts at once arrive in their order and have an outcome each; a server that takes none has taken none.</summary>
    [Fact]
    public async Task A_batch_has_an_outcome_for_each_alert()
    {
        await using var bed = await BedAsync();
        var count = Math.Min(bed.Tested.Batch.Count, 5);
        var alerts = Enumerable.Range(0, count).Select(Numbered).ToArray();
        Assert.All(await bed.TryAsync(alerts), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        var arrived = await bed.Server.ArrivedAsync();
        Assert.Equal(count, arrived.Count);
        Assert.All(arrived.Zip(alerts), static pair => Assert.Contains(pair.Second.Rule, pair.First, StringComparison.Ordinal));

        foreach (var (mood, allowed) in new[] { (ServerMood.NotNow, new[] { DeliveryStatus.Retry }), (ServerMood.RefusesForGood, [DeliveryStatus.Rejected, DeliveryStatus.Blocked]) })
        {
            if (!Impossible.ContainsKey(mood))
            {
                await bed.Server.SetMoodAsync(mood, Words);
                Assert.All(await bed.TryAsync(alerts), result => Assert.Contains(result.Status, allowed));
            }
        }

        Assert.Equal(count, (await bed.Server.ArrivedAsync()).Count);
    }

    private static string Look => $"Look at {TestedOutput.Path}.";

    private static Alert Numbered(int number) => SampleAlerts.Full with { Uuid = new Guid(number, 0, 0, new byte[8]), Rule = $"rule-number-{number}-end", Output = $"output-number-{number}-end" };

    private void Require(ServerMood mood) => Assert.SkipWhen(Impossible.ContainsKey(mood), Impossible.GetValueOrDefault(mood, ""));

    private IEnumerable<KeyValuePair<string, string?>> Planted() =>
        TextKeys().Where(static one => one.Key.IsSecret).Select(static one => KeyValuePair.Create(one.Path, (string?)PlantedSecrets.Of(one.Path)));

    private async Task<Bed> BedAsync(Action<Dictionary<string, string?>>? change = null, TimeSpan? attemptTimeout = null)
    {
        var door = new ServerDoor();
        var server = await StartServerAsync(door.Address);
        door.LeadTo(server.Address);
        var keys = MinimalConfig(door.Address).Concat(Planted()).ToDictionary();
        foreach (var (key, value) in server.Keys)
        {
            keys[key] = value;
        }

        change?.Invoke(keys);
        var tested = TestedOutput.Create(Registration, keys, new TestedSetup { AttemptTimeout = attemptTimeout ?? (TriesAgain is null ? Patience : Bed.ShortAttempt) });
        return new Bed(server, door, tested, [.. Planted().Select(static pair => pair.Key)]);
    }

    /// <summary>An instance, the server that it sends to and the way there. Whatever it says is searched for the planted secrets.</summary>
    private sealed class Bed(IServerDestination server, ServerDoor door, TestedOutput tested, IReadOnlyList<string> secrets) : IAsyncDisposable
    {
        /// <summary>For clients that try again, which do so for as long.</summary>
        public static readonly TimeSpan ShortAttempt = TimeSpan.FromSeconds(5);

        public IServerDestination Server => server;

        public ServerDoor Door => door;

        public TestedOutput Tested => tested;

        public async Task<DeliveryResult> TryAsync(Alert? alert = null) => (await TryAsync([alert ?? SampleAlerts.Full]))[0];

        public async Task<IReadOnlyList<DeliveryResult>> TryAsync(Alert[] alerts)
        {
            try
            {
                var results = await tested.DeliverAsync(alerts);
                Assert.Equal(alerts.Length, results.Count);
                Search($"{string.Join('\n', results)}\n{tested.Output}\n{string.Join('\n', tested.Failures)}");
                return results;
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
            {
                Search(exception.ToString());
                throw;
            }
        }

        public async Task<DeliveryResult> DeliverAsync(DeliveryStatus expected, Alert? alert = null)
        {
            var result = await TryAsync(alert);
            Assert.True(result.Status == expected, result.ToString());
            return result;
        }

        /// <summary>Tries as the router does, until it is delivered: a client may need an attempt to see that its server is back.</summary>
        public async Task DeliverAgainAsync()
        {
            var start = TimeProvider.System.GetTimestamp();
            DeliveryResult result;
            while ((result = await TryAsync()).Status != DeliveryStatus.Delivered)
            {
                Assert.True(result.Status is DeliveryStatus.Retry or DeliveryStatus.Blocked, result.ToString());
                Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, result.ToString());
            }
        }

        public async ValueTask DisposeAsync()
        {
            await tested.DisposeAsync();
            await door.DisposeAsync();
            await server.DisposeAsync();
        }

        private void Search(string told)
        {
            var all = $"{told} {PlantedSecrets.Decoded(told)}";
            Assert.All(secrets, secret => Assert.DoesNotContain(PlantedSecrets.Of(secret), all, StringComparison.Ordinal));
        }
    }
}
