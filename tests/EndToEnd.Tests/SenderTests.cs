namespace Saker.EndToEnd.Tests;

/// <summary>Commands that send, against a router that asks who they are, with a token in a file that changes while it runs.</summary>
public sealed class SenderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_token_that_is_exchanged_in_its_file_is_the_one_that_counts()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var (code, lines) = await Programs.AskRouterAsync(folder, "token", "new", "edge", "--file", folder.File("edge.token"));
        Assert.Equal(0, code);
        var configuration = string.Join('\n', lines.Where(static line => !line.StartsWith('#')));
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\ndelivery: {{durability: os}}\n{configuration.Replace("http:", "http:\n  protect: [alerts]", StringComparison.Ordinal)}\n");
        folder.Write("alerts.json", "{\"output\":\"o\",\"priority\":\"Notice\",\"rule\":\"r\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{\"a\":1}}\n");
        await using var router = await Programs.StartRouterAsync(folder, port);
        Assert.Equal((1, true), await SendAsync("wrong.token", new string('x', 64), "answered 401"));
        Assert.Equal((0, true), await SendAsync("edge.token", null, "1 alerts taken, 0 refused"));

        var old = await File.ReadAllTextAsync(folder.File("edge.token"), TestContext.Current.CancellationToken);
        folder.Write("edge.token", new string('n', 64));
        await router.WaitForLineAsync("settings: http.clients", Patience);
        Assert.Equal((0, true), await SendAsync("edge.token", null, "1 alerts taken, 0 refused"));
        Assert.Equal((1, true), await SendAsync("old.token", old, "answered 401"));
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));
        Assert.DoesNotContain(router.Lines, line => line.Contains(old.Trim(), StringComparison.Ordinal) || line.Contains(new string('n', 64), StringComparison.Ordinal));

        async Task<(int Code, bool Said)> SendAsync(string file, string? content, string said)
        {
            if (content is not null)
            {
                folder.Write(file, content);
            }

            var (code, lines) = await Programs.AskRouterAsync(folder, "send", folder.File("alerts.json"), "--token-file", folder.File(file));
            return (code, lines.Any(line => line.Contains(said, StringComparison.Ordinal)));
        }
    }
}
