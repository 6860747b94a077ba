using System.Net;
using System.Text;
using Saker.Settings;
using Saker.Testing;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What leaves the machine, to whom, and what is told about it.</summary>
public abstract partial class HttpOutputContract
{
    /// <summary>2: what cannot be reached is worth another attempt, and the reason says why in plain words.</summary>
    [Fact]
    public async Task An_unreachable_destination_is_a_retry()
    {
        await using var tls = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer(), tls: true);
        await using var reset = await LoopbackServer.StartAsync(new LoopbackAnswer { Reset = true });
        foreach (var endpoint in new[] { new Uri($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/"), new Uri("http://no-such-host.invalid/"), tls.Address, reset.Address })
        {
            var lead = FixedHost is null ? null : (Func<DnsEndPoint, EndPoint>)(_ => IPAddress.TryParse(endpoint.Host, out var address) ? new IPEndPoint(address, endpoint.Port) : new DnsEndPoint(endpoint.Host, endpoint.Port));
            await using var tested = TestedOutput.Create(Registration, MinimalConfig(endpoint), new TestedSetup { Route = lead });
            var result = await tested.DeliverAsync();
            Assert.True(result.Status == DeliveryStatus.Retry, $"{endpoint}: {result.Status}");
            Assert.Contains($"{FixedHost ?? endpoint.Host}:", result.Reason, StringComparison.Ordinal);
            Assert.All(DotNetWords, word => Assert.DoesNotContain(word, result.Reason, StringComparison.OrdinalIgnoreCase));
        }

        Assert.Empty(tls.Requests);
    }

    /// <summary>4: a secret is planted in every option that is one. None is told, whatever happens and whatever the destination says back; each is sent.</summary>
    [Fact]
    public async Task No_secret_leaks_and_each_is_used()
    {
        var status = 400;
        await using var destination = await HttpDestination.StartAsync(FixedHost, request => new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes(Echo(request)) });
        var planted = Planted(destination.Endpoint);
        foreach (var failure in new[] { 400, 401, 403, 429, 503 })
        {
            status = failure;
            await using var tested = Create(destination, planted.Concat(CompanionsOfSecrets).ToDictionary());
            var result = await tested.DeliverAsync();
            Assert.NotEqual(DeliveryStatus.Delivered, result.Status);
            var told = $"{result} {tested.Output}";
            Assert.All(planted.Keys, key => Assert.DoesNotContain(PlantedSecrets.Of(key), $"{told} {PlantedSecrets.Decoded(told)}", StringComparison.Ordinal));
        }

        // One at a time, for one may stand in for another.
        foreach (var (key, value) in planted.Where(pair => !SecretsNotSent.Contains(pair.Key)))
        {
            var before = destination.Requests.Count;
            await using var tested = Create(destination, CompanionsOfSecrets.Append(KeyValuePair.Create(key, value)).ToDictionary());
            await tested.DeliverAsync();
            var seen = string.Join('\n', destination.Requests.Skip(before).Select(Echo));
            Assert.True(seen.Contains(PlantedSecrets.Of(key), StringComparison.Ordinal) || PlantedSecrets.Decoded(seen).Contains(PlantedSecrets.Of(key), StringComparison.Ordinal), $"Nothing that was sent holds {key}.");
        }

        // What cannot be used is told without its value.
        foreach (var key in planted.Keys.Where(key => planted[key]!.StartsWith("http", StringComparison.Ordinal)))
        {
            await using var broken = Create(destination, new Dictionary<string, string?> { [key] = $"ftp://127.0.0.1/{PlantedSecrets.Of(key)}" });
            Assert.NotEmpty(broken.Faults);
            Assert.DoesNotContain(PlantedSecrets.Of(key), string.Join('\n', broken.Faults), StringComparison.Ordinal);
        }
    }

    /// <summary>4: a redirect that keeps the method is followed on the same host, any other is a refusal, reaches nobody and tells nothing.</summary>
    [Fact]
    public async Task Only_redirects_on_the_same_host_that_keep_the_body_are_followed()
    {
        await using var other = await LoopbackServer.StartAsync();
        var status = 307;
        var location = "/moved";
        await using var destination = await HttpDestination.StartAsync(FixedHost, request => request.Path.StartsWith("/moved", StringComparison.Ordinal)
            ? Success
            : new LoopbackAnswer { Status = status, Headers = new Dictionary<string, string> { ["Location"] = location } });
        await using var tested = Create(destination);
        foreach (var followed in new[] { 307, 308 })
        {
            status = followed;
            Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
            var two = destination.Requests.TakeLast(2).ToArray();
            Assert.Equal(two[0].Method, two[1].Method);
            Assert.Equal(two[0].Body.ToArray(), two[1].Body.ToArray());
        }

        location = $"{other.Address}T0p-s3cret";
        var redirected = await tested.DeliverAsync();
        Assert.Equal(DeliveryStatus.Blocked, redirected.Status);
        Assert.Contains($"{other.Address.Scheme}://{other.Address.Authority}", redirected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("T0p-s3cret", redirected.Reason, StringComparison.Ordinal);
        (status, location) = (302, "/moved");
        Assert.Equal(DeliveryStatus.Blocked, (await tested.DeliverAsync()).Status);
        Assert.Empty(other.Requests);
    }

    /// <summary>8: whatever text stands in an option, it adds no line to a request's head and takes nothing from the body, or it is refused at start.</summary>
    [Fact]
    public async Task No_option_changes_the_form_of_a_request()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        const string secret = "T0p-s3cret-t0ken";
        foreach (var (path, key) in TextKeys().Where(static one => one.Path != "proxy"))
        {
            var start = MinimalConfig(destination.Endpoint).GetValueOrDefault(path) ?? "";
            foreach (var (front, end) in new[] { ("x", "\r\nEvil: 1"), ("x", "\nEvil: 1\n\nx"), ("X-A:z", "\nEvil: 1"), ("X-A\nEvil:", "z"), ("x\0", "x"), ("x", "\n") })
            {
                var variables = new Dictionary<string, string> { [EnvironmentVariables.NameOf($"{TestedOutput.Path}.{path}")] = start + front + secret + end };
                await using var tested = TestedOutput.Create(Registration, MinimalConfig(destination.Endpoint), destination.Setup with { Environment = variables });
                Assert.True(tested.Faults.Count == 0 || tested.Faults.Any(fault => fault.Contains(path, StringComparison.Ordinal)), string.Join('\n', tested.Faults));
                Assert.All(tested.Faults, static fault => Assert.DoesNotContain(fault, char.IsControl));
                if (key.IsSecret)
                {
                    Assert.DoesNotContain(secret, string.Join('\n', tested.Faults), StringComparison.Ordinal);
                }

                if (!tested.IsMade)
                {
                    continue;
                }

                var seen = destination.Requests.Count;
                await tested.DeliverAsync();
                foreach (var request in destination.Requests.Skip(seen))
                {
                    Assert.False(request.Headers.ContainsKey("Evil"), $"{path} adds a header.");
                    Assert.True(request.Method is "GET" or "HEAD" || request.Body.Length > 0, $"{path} takes the body away.");
                }
            }
        }
    }

    // A secret in each option that is one; where an address belongs, behind the address.
    private Dictionary<string, string?> Planted(Uri endpoint)
    {
        var minimal = MinimalConfig(endpoint);
        var planted = new Dictionary<string, string?>();
        foreach (var (path, key) in TextKeys().Where(static one => one.Key.IsSecret && one.Path != "proxy"))
        {
            planted[path] = key.Kind == OptionKind.Map ? $"X-Planted: {PlantedSecrets.Of(path)}"
                : Uri.TryCreate(minimal.GetValueOrDefault(path), UriKind.Absolute, out var address) ? new Uri(address, PlantedSecrets.Of(path)).ToString()
                : PlantedSecrets.Of(path);
        }

        return planted;
    }

    /// <summary>Secrets that the destination itself never gets: those that sign requests, or go to who gives out the credentials.</summary>
    protected virtual IReadOnlyCollection<string> SecretsNotSent => [];

    /// <summary>Keys without which a secret has no use: the user of a password.</summary>
    protected virtual IReadOnlyDictionary<string, string?> CompanionsOfSecrets => new Dictionary<string, string?>();

    private static string Echo(LoopbackRequest request) =>
        $"{request.Method} {request.Path}\n{string.Join('\n', request.Headers.Select(static header => $"{header.Key}: {header.Value}"))}\n\n{Encoding.UTF8.GetString(request.Body.Span)}";
}
