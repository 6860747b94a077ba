using System.Net;
using Saker.Http;
using Saker.Router.Configuration;

namespace Saker.Router.Cli;

/// <summary><c>saker-router test</c>: sends a test alert through the router that runs with this configuration.</summary>
internal static class TestCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>0 when the router has stored the alert; 1 with a reason when not.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var uri = new Uri($"http://{Host(configuration.Router.ListenAddress.Address)}:{configuration.Router.ListenPort}/test");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var response = await client.PostAsync(uri, content: null, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                await output.WriteLineAsync($"The router at {uri} has stored a test alert and delivers it to its outputs.");
                return 0;
            }

            await errors.WriteLineAsync($"The router at {uri} answered {(int)response.StatusCode}.");
        }
        catch (HttpRequestException exception)
        {
            await errors.WriteLineAsync($"No router answers at {uri}: {exception.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync($"The router at {uri} did not answer within {Patience.TotalSeconds} seconds.");
        }

        return 1;
    }

    private static string Host(IPAddress? address) =>
        address is null || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any) ? "127.0.0.1"
        : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]"
        : address.ToString();
}
