using System.Text.Json;

namespace Saker.EndToEnd.Tests;

/// <summary>Asks a router over its port.</summary>
internal static class Ask
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>What the router says of an output.</summary>
    internal sealed record Output(string Name, bool Healthy, long Depth, double OldestAge, string LastError, long Delivered, long DeadLetters);

    /// <summary>The answer's body, whatever its status.</summary>
    public static async Task<string> TextAsync(int port, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{port}{path}"));
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The answer's status.</summary>
    public static async Task<int> StatusAsync(int port, string path)
    {
        using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>The outputs by name, from <c>/healthz?verbose</c>.</summary>
    public static async Task<Dictionary<string, Output>> OutputsAsync(int port, string path = "/healthz?verbose", string? token = null)
    {
        using var document = JsonDocument.Parse(await TextAsync(port, path, token));
        return document.RootElement.GetProperty("outputs").EnumerateArray().Select(static output => new Output(
            output.GetProperty("name").GetString()!,
            output.GetProperty("healthy").GetBoolean(),
            output.GetProperty("depth").GetInt64(),
            output.GetProperty("oldestAgeSeconds").GetDouble(),
            output.GetProperty("lastError").GetString() ?? "",
            output.GetProperty("delivered").GetInt64(),
            output.GetProperty("deadLetters").GetInt64())).ToDictionary(static output => output.Name);
    }
}

/// <summary>Waits for conditions.</summary>
internal static class Wait
{
    public static Task UntilAsync(Func<bool> condition, TimeSpan patience, Func<string> what) => UntilAsync(() => Task.FromResult(condition()), patience, what);

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, Func<string> what)
    {
        using var limit = new CancellationTokenSource(patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"Not reached in {patience}: {what()}");
            }

            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
