using System.Collections.Concurrent;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>The way to the server, and what goes over it.</summary>
public abstract partial class ServerOutputContract
{
    private static readonly string[] DotNetWords = ["exception", "SocketError", "System.", "an error occurred", "Object reference"];

    /// <summary>2: a server that is gone is a retry whose reason says in plain words who it was; when it is back, the same instance gets through.</summary>
    [Fact]
    public async Task A_server_that_is_gone_is_a_retry_until_it_is_back()
    {
        await using var bed = await BedAsync();
        await bed.DeliverAsync(DeliveryStatus.Delivered);
        await bed.Door.CloseAsync();
        for (var i = 0; i < 2; i++)
        {
            var result = await bed.DeliverAsync(DeliveryStatus.Retry);
            Assert.True(result.Reason.Contains(bed.Door.Address.ToString(), StringComparison.Ordinal), result.Reason);
            Assert.All(DotNetWords, word => Assert.DoesNotContain(word, result.Reason, StringComparison.OrdinalIgnoreCase));
        }

        bed.Door.Open();
        await bed.DeliverAgainAsync();
    }

    /// <summary>2: an instance that begins while its server is away begins all the same.</summary>
    [Fact]
    public async Task An_instance_begins_without_its_server()
    {
        await using var bed = await BedAsync();
        await bed.Door.CloseAsync();
        await bed.DeliverAsync(DeliveryStatus.Retry);
        bed.Door.Open();
        await bed.DeliverAgainAsync();
    }

    /// <summary>3: a server that says nothing holds an attempt no longer than its token does, on a new connection and on an old one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silent_server_is_given_up_with_the_attempt(bool isConnected)
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        if (isConnected)
        {
            await bed.DeliverAsync(DeliveryStatus.Delivered);
        }

        bed.Door.FallSilent();
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var attempt = bed.Tested.DeliverUntilAsync(giveUp.Token);
        Assert.True(await IsDoneAsync(attempt), "The attempt goes on after it was given up.");
        try
        {
            var result = await attempt;
            Assert.True(result.Status == DeliveryStatus.Retry, result.ToString());
        }
        catch (OperationCanceledException)
        {
            // neither a retry nor a refusal
        }

        bed.Door.Speak();
        await bed.DeliverAgainAsync();
    }

    /// <summary>3: a thread that begins an attempt is free again before the server answers; an output whose client blocks says so.</summary>
    [Fact]
    public async Task An_attempt_holds_no_thread()
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        bed.Door.FallSilent();
        var returned = new TaskCompletionSource<Task<BatchResult>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => returned.SetResult(bed.Tested.Output.DeliverAsync([SampleAlerts.Full], CancellationToken.None).AsTask())) { IsBackground = true }.Start();
        if (!Registration.Descriptor.Blocks)
        {
            Assert.True(await IsDoneAsync(returned.Task), "The attempt comes back with its outcome only.");
            Assert.False((await returned.Task).IsCompleted, "There is an outcome though the server has said nothing.");
        }

        bed.Door.Speak();
        var attempt = await returned.Task.WaitAsync(Patience);
        Assert.Equal(DeliveryStatus.Delivered, (await attempt.WaitAsync(Patience))[0].Status);
    }

    /// <summary>4: a secret stands in every option that is one; none is told, in no mood, though the server repeats it with every refusal.</summary>
    [Fact]
    public async Task No_secret_is_told_though_the_server_repeats_it()
    {
        var words = string.Join(' ', Planted().Select(static pair => pair.Value));
        foreach (var (path, _) in Planted().DefaultIfEmpty())
        {
            foreach (var mood in Enum.GetValues<ServerMood>().Where(mood => mood != ServerMood.Healthy && !Impossible.ContainsKey(mood)))
            {
                await using var bed = await BedAsync(keys => Add(keys, path));
                await bed.Server.SetMoodAsync(mood, words);
                Assert.NotEqual(DeliveryStatus.Delivered, (await bed.TryAsync()).Status); // it searches what is told
            }
        }
    }

    /// <summary>4: each secret is used: with another in its place the server lets nobody in, and the reason says where to look.</summary>
    [Fact]
    public async Task Each_secret_is_used()
    {
        foreach (var (path, value) in Planted())
        {
            Require(ServerMood.DeniesSignIn);
            await using (var right = await BedAsync(keys => Add(keys, path)))
            {
                await right.DeliverAsync(DeliveryStatus.Delivered);
            }

            await using var wrong = await BedAsync(keys =>
            {
                Add(keys, path);
                keys[path] = $"{value}-of-somebody-else";
            });
            var result = await wrong.TryAsync();
            Assert.True(result.Status is DeliveryStatus.Blocked or DeliveryStatus.Retry, $"{path}: {result}");
            Assert.Contains(Look, result.Reason, StringComparison.Ordinal);
            Assert.Empty(await wrong.Server.ArrivedAsync());
        }
    }

    /// <summary>5: whatever an alert holds, it is one alert for the server, and no more than that: no line, header, statement or message of its own.</summary>
    [Fact]
    public async Task No_alert_breaks_the_protocol()
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        var number = 0;
        foreach (var (name, alert) in SampleAlerts.All.Concat(SampleAlerts.Hostile))
        {
            var before = (await bed.Server.ArrivedAsync()).Count;
            var result = await bed.TryAsync(alert with { Rule = $"rule-number-{++number}-end {alert.Rule}" });
            Assert.True(result.Status is DeliveryStatus.Delivered or DeliveryStatus.Skipped, $"{name}: {result}");
            var arrived = await bed.Server.ArrivedAsync();
            Assert.True(arrived.Count == before + (result.Status == DeliveryStatus.Delivered ? 1 : 0), $"{name}: {arrived.Count - before} alerts arrived.");
            Assert.True(result.Status == DeliveryStatus.Skipped || arrived[^1].Contains($"rule-number-{number}-end", StringComparison.Ordinal), $"{name}: {arrived[^1]}");
        }

        Assert.Empty(await bed.Server.FaultsAsync());
    }

    /// <summary>6 and 11: attempts side by side arrive once each, none with a part of another.</summary>
    [Fact]
    public async Task Parallel_attempts_do_not_mix()
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        await bed.DeliverAsync(DeliveryStatus.Delivered); // the router makes ready by one attempt alone
        var statuses = new ConcurrentBag<DeliveryStatus>();
        await Parallel.ForAsync(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => statuses.Add((await bed.TryAsync(Numbered(i))).Status));
        Assert.Equal(32, statuses.Count(static status => status == DeliveryStatus.Delivered));
        var arrived = (await bed.Server.ArrivedAsync()).Skip(1).ToArray();
        Assert.Equal(32, arrived.Length);
        Assert.Equal(Enumerable.Range(0, 32), arrived.Select(static text => Assert.Single(Enumerable.Range(0, 32), i => Holds(text, i))).Order());
        Assert.Empty(await bed.Server.FaultsAsync());

        static bool Holds(string text, int i) => text.Contains(Numbered(i).Rule, StringComparison.Ordinal) || text.Contains(Numbered(i).Output, StringComparison.Ordinal);
    }

    /// <summary>10: after its end an instance keeps no connection, and sends nothing by itself.</summary>
    [Fact]
    public async Task Nothing_is_left_after_the_end()
    {
        await using var bed = await BedAsync(attemptTimeout: Patience);
        await bed.DeliverAsync(DeliveryStatus.Delivered);
        await bed.Tested.Output.DisposeAsync();
        using var limit = new CancellationTokenSource(Soon);
        while (bed.Door.Connections > 0 && !limit.IsCancellationRequested)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        Assert.Equal(0, bed.Door.Connections);
        Assert.Single(await bed.Server.ArrivedAsync());
    }

    private static async Task<bool> IsDoneAsync(Task task)
    {
        using var limit = new CancellationTokenSource(Soon);
        await task.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    private void Add(Dictionary<string, string?> keys, string? secret)
    {
        foreach (var (key, value) in secret is null ? new Dictionary<string, string?>() : CompanionsOf(secret))
        {
            keys[key] = value;
        }
    }
}
