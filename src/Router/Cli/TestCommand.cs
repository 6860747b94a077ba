using System.Text.Json;
using Saker.Http;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router test</c>: sends a test alert through the router that runs with this configuration.</summary>
internal static class TestCommand
{
    private const long MaxAnswerBytes = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Header = ["OUTPUT", "TYPE", "RESULT", "REASON"];

    /// <summary>0 when the router has stored the alert and no output failed on it; 1 with a reason when it was not stored; 2 when an output does not have it.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var uri = new Uri($"http://{LocalAddress.Of(configuration.Router.ListenAddress.Address)}:{configuration.Router.ListenPort}/test");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
        try
        {
            using var response = await client.PostAsync(uri, content: null, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                await output.WriteLineAsync($"The router at {uri} has stored a test alert.");
                return await PrintAsync(response, output, cancellationToken);
            }

            await errors.WriteLineAsync($"The router at {uri} answered {(int)response.StatusCode}.");
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            await errors.WriteLineAsync($"No router answers at {uri}: {failure.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync($"The router at {uri} did not answer within {DurationText.Format(Patience)}.");
        }

        return 1;
    }

    // Under strict compatibility the answer is empty, as Falcosidekick's.
    private static async Task<int> PrintAsync(HttpResponseMessage response, TextWriter output, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength is null or 0)
        {
            await output.WriteLineAsync("It says nothing of its outputs (strictcompatibility).");
            return 0;
        }

        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken); // bounded by MaxResponseContentBufferSize
        using var document = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
        var rows = new List<string[]> { Header };
        var outputs = document.RootElement.GetProperty("outputs").EnumerateArray().ToList();
        rows.AddRange(outputs.Select(static one => (string[])[Text(one, "name"), Text(one, "type"), Text(one, "result"), Text(one, "reason")]));
        if (outputs.Count == 0)
        {
            await output.WriteLineAsync("No output is on.");
            return 0;
        }

        await ControlCommands.PrintAsync(output, rows);
        return outputs.TrueForAll(static one => Text(one, "result") is "delivered" or "filtered") ? 0 : 2;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
