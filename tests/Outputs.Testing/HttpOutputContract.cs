using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Router.Configuration;
using Saker.Settings;
using Saker.Testing;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output over HTTP must do, shown on a real server on 127.0.0.1. A new output derives from it and says how it is configured.</summary>
/// <param name="type">The output's type.</param>
public abstract class HttpOutputContract(string type)
{
    private const string Secret = "T0p-s3cret-t0ken";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] DotNetWords = ["exception", "SSL", "PartialChain", "UntrustedRoot", "RemoteCertificate", "System.", "an error occurred"];

    private OutputRegistration Registration => OutputCatalogue.Default.Find(type) ?? throw new InvalidOperationException($"No output '{type}'.");

    /// <summary>Where the committed payloads stand, below <c>tests/Outputs.Tests</c>.</summary>
    protected virtual string Folder => Registration.Descriptor.Title;

    /// <summary>The least keys that switch it on and let it deliver to <paramref name="endpoint"/>.</summary>
    protected abstract IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint);

    /// <summary>1: a status decides between delivered, another attempt and a refusal, for all outputs alike.</summary>
    [Fact]
    public async Task Every_status_has_its_outcome()
    {
        var status = 200;
        await using var server = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = status, Body = "said the server"u8.ToArray() });
        await using var router = Configure(server.Address);
        for (status = 200; status < 600; status++)
        {
            var result = await DeliverAsync(router.Output);
            var expected = status switch
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
        }
    }

    /// <summary>1: the delay that the destination asks for is passed on, in seconds and as a date.</summary>
    [Fact]
    public async Task Retry_after_is_passed_on()
    {
        var value = "17";
        await using var server = await LoopbackServer.StartAsync(_ =>
            new LoopbackAnswer { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = value } });
        await using var router = Configure(server.Address);
        Assert.Equal(TimeSpan.FromSeconds(17), (await DeliverAsync(router.Output)).RetryAfter);

        value = TimeProvider.System.GetUtcNow().AddSeconds(100).ToString("r", CultureInfo.InvariantCulture);
        Assert.InRange((await DeliverAsync(router.Output)).RetryAfter!.Value, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(100));

        value = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("r", CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.Zero, (await DeliverAsync(router.Output)).RetryAfter);
    }

    /// <summary>2: what cannot be reached is worth another attempt, and the reason says why.</summary>
    [Fact]
    public async Task An_unreachable_destination_is_a_retry()
    {
        await using var tls = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer(), tls: true);
        await using var reset = await LoopbackServer.StartAsync(new LoopbackAnswer { Reset = true });
        foreach (var endpoint in new[]
        {
            new Uri($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/"), new Uri("http://no-such-host.invalid/"), tls.Address, reset.Address,
        })
        {
            await using var router = Configure(endpoint);
            var result = await DeliverAsync(router.Output);
            Assert.True(result.Status == DeliveryStatus.Retry, $"{endpoint}: {result.Status}");
            Assert.Contains($"{endpoint.Host}:", result.Reason, StringComparison.Ordinal);
            Assert.All(DotNetWords, word => Assert.DoesNotContain(word, result.Reason, StringComparison.OrdinalIgnoreCase));
        }

        Assert.Empty(tls.Requests);
    }

    /// <summary>2: an answer's body is read to a bound only, and one that breaks off changes nothing.</summary>
    [Fact]
    public async Task A_large_or_broken_error_body_is_cut()
    {
        await using var large = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 400, Body = Encoding.ASCII.GetBytes(new string('x', 1 << 20)) });
        await using var router = Configure(large.Address);
        var result = await DeliverAsync(router.Output);
        Assert.Equal(DeliveryStatus.Rejected, result.Status);
        Assert.InRange(result.Reason.Length, 10, HttpAnswer.MaxReasonBytes);

        await using var broken = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 503, Body = "oh"u8.ToArray(), BreakOffInBody = true });
        await using var other = Configure(broken.Address);
        Assert.Equal(DeliveryStatus.Retry, (await DeliverAsync(other.Output)).Status);
    }

    /// <summary>3: giving up an attempt ends it at once, and is neither a retry nor a refusal.</summary>
    [Fact]
    public async Task Cancellation_ends_the_attempt_at_once()
    {
        await using var slow = await LoopbackServer.StartAsync(new LoopbackAnswer { Delay = Patience });
        await using var router = Configure(slow.Address);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var start = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await router.Output.DeliverAsync([SampleAlerts.Full], giveUp.Token));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Patience / 2);
    }

    /// <summary>4: addresses carry tokens; no reason, exception or printed option shows one, not after a redirect either.</summary>
    [Fact]
    public async Task No_secret_leaks()
    {
        var elsewhere = new LoopbackAnswer { Status = 307, Headers = new Dictionary<string, string> { ["Location"] = $"http://no-such-host.invalid/{Secret}" } };
        await using var redirecting = await LoopbackServer.StartAsync(elsewhere);
        foreach (var endpoint in new[] { redirecting.Address, new Uri($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/"), new Uri("http://no-such-host.invalid/") })
        {
            await using var router = Configure(new Uri(endpoint, Secret));
            var result = await DeliverAsync(router.Output);
            Assert.NotEqual(DeliveryStatus.Delivered, result.Status);
            Assert.DoesNotContain(Secret, result.ToString() + router.Output, StringComparison.Ordinal);
        }

        await using var broken = ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig(new Uri($"ftp://127.0.0.1/{Secret}"))));
        Assert.NotEmpty(broken.Faults);
        Assert.DoesNotContain(Secret, string.Join('\n', broken.Faults), StringComparison.Ordinal);
    }

    /// <summary>4: a redirect that keeps the method is followed on the same host, any other is a refusal and reaches nobody.</summary>
    [Fact]
    public async Task Only_redirects_on_the_same_host_that_keep_the_body_are_followed()
    {
        await using var other = await LoopbackServer.StartAsync();
        var status = 307;
        var location = "/moved";
        await using var server = await LoopbackServer.StartAsync(request => request.Path.StartsWith("/moved", StringComparison.Ordinal)
            ? new LoopbackAnswer()
            : new LoopbackAnswer { Status = status, Headers = new Dictionary<string, string> { ["Location"] = location } });
        await using var router = Configure(server.Address);
        foreach (var followed in new[] { 307, 308 })
        {
            status = followed;
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output)).Status);
            var two = server.Requests.TakeLast(2).ToArray();
            Assert.Equal(two[0].Method, two[1].Method);
            Assert.Equal(two[0].Body.ToArray(), two[1].Body.ToArray());
        }

        location = other.Address.ToString();
        var redirected = await DeliverAsync(router.Output);
        Assert.Equal(DeliveryStatus.Blocked, redirected.Status);
        Assert.Contains($"{other.Address.Scheme}://{other.Address.Authority}", redirected.Reason, StringComparison.Ordinal);
        (status, location) = (302, "/moved");
        Assert.Equal(DeliveryStatus.Blocked, (await DeliverAsync(router.Output)).Status);
        Assert.Empty(other.Requests);
    }

    /// <summary>5: the payloads of our own mode.</summary>
    [Fact]
    public async Task Payloads_are_the_committed_ones()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = Configure(server.Address);
        foreach (var (name, alert) in SampleAlerts.All)
        {
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output, alert)).Status);
            Golden.Check(Folder, name, Golden.Render(server.Requests.Last()));
        }
    }

    /// <summary>6 and 11: alerts are shared between outputs and attempts; each attempt is one request with the same bytes.</summary>
    [Fact]
    public async Task Parallel_deliveries_of_one_alert_are_equal_and_counted_once()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = Configure(server.Address);
        var before = SampleAlerts.Full with { };
        var statuses = new ConcurrentBag<DeliveryStatus>();
        await Parallel.ForAsync(0, 64, async (_, _) => statuses.Add((await DeliverAsync(router.Output)).Status));
        Assert.Equal(64, statuses.Count(static status => status == DeliveryStatus.Delivered));
        Assert.Equal(64, server.Requests.Count);
        Assert.Single(server.Requests.Select(static request => Convert.ToHexString(request.Body.Span)).Distinct());
        Assert.Equal(before, SampleAlerts.Full);
    }

    /// <summary>8: options are closed, complete by default but for what is required, and faults name the key.</summary>
    [Fact]
    public void Options_are_checked_and_faults_name_the_key()
    {
        var options = Registration.OptionsType;
        Assert.True(options.IsSealed);
        Assert.All(options.GetProperties().Where(static p => p.SetMethod is not null), static p =>
            Assert.Contains(p.SetMethod!.ReturnParameter.GetRequiredCustomModifiers(), static m => m.Name == "IsExternalInit"));

        var endpoint = new Uri("http://127.0.0.1:1/");
        Assert.Empty(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig(endpoint))).Faults);
        var unknown = new Dictionary<string, string?>(MinimalConfig(endpoint)) { ["no-such-key"] = "x" };
        Assert.Contains(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, unknown)).Faults, static f => f.Contains("outputs.tested.no-such-key", StringComparison.Ordinal));
        var missing = new Dictionary<string, string?>(MinimalConfig(endpoint));
        missing.Remove(Registration.Descriptor.DecidingKey);
        Assert.Contains(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, missing)).Faults, f => f.Contains(Registration.Descriptor.DecidingKey, StringComparison.Ordinal));
    }

    /// <summary>8: whatever text stands in an option, it adds no line to a request's head and takes nothing from the body, or it is refused at start.</summary>
    [Fact]
    public async Task No_option_changes_the_form_of_a_request()
    {
        await using var server = await LoopbackServer.StartAsync();
        foreach (var key in TextKeys(OptionSchema.For(Registration.OptionsType), ""))
        {
            var needed = MinimalConfig(server.Address).GetValueOrDefault(key.Path) ?? "";
            foreach (var (start, end) in new[] { ("x", "\r\nEvil: 1"), ("x", "\nEvil: 1\n\nx"), ("X-A:z", "\nEvil: 1"), ("X-A\nEvil:", "z"), ("x\0", "x"), ("x", "\n") })
            {
                var variables = new Dictionary<string, string> { [EnvironmentVariables.NameOf($"outputs.tested.{key.Path}")] = needed + start + Secret + end };
                await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig(server.Address)), variables);
                Assert.All(router.Faults, fault => Assert.Contains(key.Path, fault, StringComparison.Ordinal));
                Assert.All(router.Faults, static fault => Assert.DoesNotContain(fault, char.IsControl));
                if (key.Key.IsSecret)
                {
                    Assert.DoesNotContain(Secret, string.Join('\n', router.Faults), StringComparison.Ordinal);
                }

                var seen = server.Requests.Count;
                foreach (var output in needed.Length > 0 && router.Faults.Count > 0 ? [] : router.Outputs)
                {
                    var result = await DeliverAsync(output);
                    if (key.Path == "proxy")
                    {
                        Assert.Equal(router.Faults.Count > 0, result.Status == DeliveryStatus.Delivered); // there is no such proxy
                        Assert.DoesNotContain(Secret, result.Reason, StringComparison.Ordinal);
                        continue;
                    }

                    var request = Assert.Single(server.Requests.Skip(seen));
                    Assert.False(request.Headers.ContainsKey("Evil"), $"{key.Path} adds a header.");
                    Assert.True(request.Body.Length > 0, $"{key.Path} takes the body away.");
                }
            }
        }
    }

    private static IEnumerable<(string Path, OptionKey Key)> TextKeys(OptionSchema schema, string path)
    {
        foreach (var key in schema.Keys)
        {
            var keyPath = OptionsBinder.Join(path, key.Name);
            if (key.Kind == OptionKind.Section)
            {
                foreach (var nested in TextKeys(key.Section, keyPath))
                {
                    yield return nested;
                }
            }
            else if (key.Kind != OptionKind.Sections && (key.ValueType == typeof(string) || key.IsSecret))
            {
                yield return (keyPath, key);
            }
        }
    }

    /// <summary>10: an instance can be disposed of twice, and sends nothing afterwards by itself.</summary>
    [Fact]
    public async Task Dispose_is_quiet_and_repeatable()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = Configure(server.Address);
        await DeliverAsync(router.Output);
        await router.Output.DisposeAsync();
        await router.Output.DisposeAsync();
        Assert.Single(server.Requests);
    }

    /// <summary>An instance for <paramref name="endpoint"/>.</summary>
    protected ConfiguredRouter Configure(Uri endpoint) => ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig(endpoint)));

    /// <summary>One attempt, bounded in time.</summary>
    protected static async Task<DeliveryResult> DeliverAsync(IOutput output, Alert? alert = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        return (await output.DeliverAsync([alert ?? SampleAlerts.Full], limit.Token))[0];
    }
}
