using System.Globalization;
using System.Text;
using Saker.Outputs.Requests;
using Saker.Testing;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output over HTTP must do, shown on a real server on 127.0.0.1: how answers are judged.</summary>
/// <param name="registration">The output.</param>
public abstract partial class HttpOutputContract(OutputRegistration registration) : OutputContract(registration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // For what a flawed output never does, which the kit's own tests wait out.
    private static readonly TimeSpan Soon = Patience / 3;

    private static readonly string[] DotNetWords = ["exception", "SSL", "PartialChain", "UntrustedRoot", "RemoteCertificate", "System.", "an error occurred"];

    /// <summary>The least keys that switch it on and let it deliver to <paramref name="endpoint"/>.</summary>
    protected abstract IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint);

    /// <summary>Where the committed payloads stand, below the tests of the outputs.</summary>
    protected virtual string Folder => Registration.Descriptor.Title;

    /// <summary>The host of an output whose address is fixed; null for one that is configured.</summary>
    protected virtual string? FixedHost => null;

    /// <summary>The answer that means success.</summary>
    protected virtual LoopbackAnswer Success => new() { Body = "{}"u8.ToArray() };

    /// <summary>The answer to a request that means success, where it depends on the request.</summary>
    protected virtual LoopbackAnswer SuccessFor(LoopbackRequest request) => Success;

    /// <summary>Statuses of success that the destination does not use, or that need a body of their own.</summary>
    protected virtual bool IsJudged(int status) => true;

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string?> AnyConfig => MinimalConfig(new Uri("http://127.0.0.1:1/"));

    /// <summary>1: a status decides between delivered, another attempt, a refusal and a block; whose meaning is another says so in its descriptor.</summary>
    [Fact]
    public async Task Every_status_has_its_outcome()
    {
        var status = 200;
        await using var destination = await HttpDestination.StartAsync(FixedHost, request => status is >= 200 and < 300 ? SuccessFor(request) with { Status = status } : new LoopbackAnswer { Status = status, Body = "said the server"u8.ToArray() });
        await using var tested = Create(destination);
        for (status = 200; status < 600; status++)
        {
            if (!IsJudged(status))
            {
                continue;
            }

            var result = await tested.DeliverAsync();
            var expected = Registration.Descriptor.Statuses.TryGetValue(status, out var own) ? own : status switch
            {
                < 300 => DeliveryStatus.Delivered,
                408 or 425 or 429 or >= 500 => DeliveryStatus.Retry,
                < 400 or (>= 401 and <= 405) or 407 or 410 => DeliveryStatus.Blocked,
                _ => DeliveryStatus.Rejected,
            };
            Assert.True(expected == result.Status, $"{status} is {result.Status}: {result.Reason}");
            if (expected != DeliveryStatus.Delivered)
            {
                Assert.Contains(status.ToString(CultureInfo.InvariantCulture), result.Reason, StringComparison.Ordinal);
            }

            if (expected == DeliveryStatus.Blocked)
            {
                Assert.True(result.Reason.Contains($"Look at {TestedOutput.Path}.", StringComparison.Ordinal) || result.Reason.Contains("The credentials are those of", StringComparison.Ordinal), result.Reason);
            }
        }
    }

    /// <summary>1: the delay that the destination asks for is passed on, in seconds and as a date.</summary>
    [Fact]
    public async Task Retry_after_is_passed_on()
    {
        var value = "17";
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ =>
            new LoopbackAnswer { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = value } });
        await using var tested = Create(destination);
        Assert.Equal(TimeSpan.FromSeconds(17), (await tested.DeliverAsync()).RetryAfter);

        value = TimeProvider.System.GetUtcNow().AddSeconds(100).ToString("r", CultureInfo.InvariantCulture);
        Assert.InRange((await tested.DeliverAsync()).RetryAfter!.Value, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(100));

        value = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("r", CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.Zero, (await tested.DeliverAsync()).RetryAfter);
    }

    /// <summary>1: one attempt is what it takes to find out, and no more: the router is who tries again.</summary>
    [Fact]
    public async Task A_failure_is_tried_once()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, new LoopbackAnswer { Status = 503 });
        await using var tested = Create(destination);
        for (var attempts = 1; attempts <= 3; attempts++)
        {
            Assert.Equal(DeliveryStatus.Retry, (await tested.DeliverAsync()).Status);
            Assert.Equal(attempts, destination.Requests.Count);
        }
    }

    /// <summary>2: an answer's body is read to a bound only, and one that breaks off or has no end changes nothing.</summary>
    [Fact]
    public async Task A_large_broken_or_endless_error_body_is_cut()
    {
        await using var large = await HttpDestination.StartAsync(FixedHost, new LoopbackAnswer { Status = 400, Body = Encoding.ASCII.GetBytes(new string('x', 1 << 20)) });
        await using var first = Create(large);
        var result = await first.DeliverAsync();
        Assert.Equal(DeliveryStatus.Rejected, result.Status);
        Assert.InRange(result.Reason.Length, 10, HttpAnswer.MaxReasonBytes);

        await using var broken = await HttpDestination.StartAsync(FixedHost, new LoopbackAnswer { Status = 503, Body = "oh"u8.ToArray(), BreakOffInBody = true });
        await using var second = Create(broken);
        Assert.Equal(DeliveryStatus.Retry, (await second.DeliverAsync()).Status);

        await using var endless = await HttpDestination.StartAsync(FixedHost, new LoopbackAnswer { Status = 503, Endless = true });
        await using var third = Create(endless);
        using var limit = new CancellationTokenSource(Patience / 2);
        Assert.Equal(DeliveryStatus.Retry, (await third.DeliverUntilAsync(limit.Token)).Status);
    }

    /// <summary>3: giving up an attempt ends it at once, and is neither a retry nor a refusal.</summary>
    [Fact]
    public async Task Cancellation_ends_the_attempt_at_once()
    {
        await using var slow = await HttpDestination.StartAsync(FixedHost, new LoopbackAnswer { Delay = Timeout.InfiniteTimeSpan });
        await using var tested = Create(slow);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var attempt = tested.DeliverUntilAsync(giveUp.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.WaitAsync(Patience / 2));
    }

    /// <summary>3: a thread that begins an attempt is free again before the destination answers; an output whose client blocks says so.</summary>
    [Fact]
    public async Task An_attempt_holds_no_thread()
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await HttpDestination.StartAsync(FixedHost, Success with { After = answers.Task });
        await using var tested = Create(slow);
        if (Registration.Descriptor.Blocks)
        {
            return;
        }

        var returned = new TaskCompletionSource<Task<BatchResult>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => returned.SetResult(tested.Output.DeliverAsync([SampleAlerts.Full], CancellationToken.None).AsTask())) { IsBackground = true }.Start();
        try
        {
            using var limit = new CancellationTokenSource(Soon);
            await ((Task)returned.Task).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(returned.Task.IsCompleted, "The attempt comes back with its outcome only.");
            Assert.False((await returned.Task).IsCompleted, "There is an outcome though nothing was answered.");
        }
        finally
        {
            answers.SetResult();
        }

        var attempt = await returned.Task.WaitAsync(Patience);
        Assert.Equal(DeliveryStatus.Delivered, (await attempt.WaitAsync(Patience))[0].Status);
    }

    /// <summary>9: several alerts at once have an outcome each, in their order, and a destination that takes none has taken none.</summary>
    [Fact]
    public async Task A_batch_has_an_outcome_for_each_alert()
    {
        var status = 0;
        await using var destination = await HttpDestination.StartAsync(FixedHost, request => status == 0 ? SuccessFor(request) : new LoopbackAnswer { Status = status });
        await using var tested = Create(destination);
        var count = Math.Min(tested.Batch.Count, 5);
        var alerts = Enumerable.Range(0, count).Select(static i => SampleAlerts.Full with { Uuid = new Guid(i, 0, 0, new byte[8]), Output = $"alert-number-{i}-end" }).ToList();
        Assert.All(await tested.DeliverAsync(alerts), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        var sent = string.Concat(destination.Requests.Select(static request => Encoding.UTF8.GetString(request.Body.Span)));
        for (var i = 0; i < count; i++)
        {
            Assert.Contains($"alert-number-{i}-end", sent, StringComparison.Ordinal);
        }

        status = 503;
        Assert.All(await tested.DeliverAsync(alerts), static result => Assert.Equal(DeliveryStatus.Retry, result.Status));
        status = 403;
        Assert.All(await tested.DeliverAsync(alerts), static result => Assert.Equal(DeliveryStatus.Blocked, result.Status));
    }

    /// <summary>An instance for a destination.</summary>
    protected TestedOutput Create(HttpDestination destination, IReadOnlyDictionary<string, string?>? more = null, TimeProvider? clock = null)
    {
        var keys = new Dictionary<string, string?>(MinimalConfig(destination.Endpoint));
        foreach (var (key, value) in more ?? new Dictionary<string, string?>())
        {
            keys[key] = value;
        }

        return TestedOutput.Create(Registration, keys, destination.Setup with { Clock = clock ?? TimeProvider.System });
    }
}
