using System.Globalization;
using System.Text.Json;

namespace Saker.EndToEnd.Tests;

/// <summary>The commands for a person at a terminal, against a running router and against its files alone.</summary>
public sealed class ControlTests
{
    private const string Token = "a token of some length";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Dead_letters_are_listed_shown_sent_again_and_dropped()
    {
        await using var destination = Destination.Start(Mood.Rejecting);
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            http: { clients: { dashboard: { token: "{{Token}}", roles: [viewer] } } }
            outputs:
              hook: { type: webhook, address: "{{destination.Address}}secret-path" }
            """);
        await using var router = await RestartedRouter.StartAsync(folder, port);
        await using (var load = Load.Start(port, 1, count: 4))
        {
            await load.WhenSentAsync();
        }

        await Wait.UntilAsync(async () => (await Ask.OutputsAsync(port))["hook"].DeadLetters == 4, Patience, static () => "four dead letters");
        Assert.Equal(4, (await Ask.OutputsAsync(port, "/api/v1/outputs", Token))["hook"].DeadLetters);

        Assert.Equal(401, await Ask.StatusAsync(port, "/api/v1/outputs"));

        var listed = await AskAsync(folder, 0, "list");
        Assert.Equal(["ID", "OUTPUT", "REASON"], listed[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        string[] ids = [.. listed[1..5].Select(static line => line.Split(' ')[0])];
        Assert.All(listed[1..5], static line => Assert.Matches(@"^\d+ +hook +rejected +1 .*400", line));
        Assert.StartsWith("4 are kept", listed[5], StringComparison.Ordinal);
        Assert.Equal(2, (await AskAsync(folder, 0, "list", "--output", "other")).Length);

        using (var shown = JsonDocument.Parse(string.Join('\n', await AskAsync(folder, 0, "show", ids[1]))))
        {
            Assert.Equal("alert-0-1-end", shown.RootElement.GetProperty("alert").GetProperty("output").GetString());
            Assert.Equal(("hook", 1), (shown.RootElement.GetProperty("output").GetString(), shown.RootElement.GetProperty("attempts").GetInt32()));
        }

        // Still refused: it stays, and the command says why without the address, which is a secret.
        var refused = Assert.Single(await AskAsync(folder, 1, "resend", ids[0]));
        Assert.Contains("400", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", refused, StringComparison.Ordinal);
        destination.Mood = Mood.Healthy;
        Assert.Equal([$"Dead letter {ids[0]} is delivered."], await AskAsync(folder, 0, "resend", ids[0]));
        Assert.Equal(["alert-0-0-end"], destination.Order);
        Assert.Equal([$"There is no dead letter {ids[0]}."], await AskAsync(folder, 1, "resend", ids[0]));
        Assert.Equal([$"Dead letter {ids[1]} is dropped."], await AskAsync(folder, 0, "drop", ids[1]));
        Assert.Equal([$"There is no dead letter {ids[1]}."], await AskAsync(folder, 1, "show", ids[1]));

        // Killed: the socket is left behind, and the files answer in its place.
        await router.EndAsync("KILL");
        Assert.Equal(4, (await AskAsync(folder, 0, "list")).Length);
        Assert.Equal([$"Dead letter {ids[2]} is dropped."], await AskAsync(folder, 0, "drop", ids[2]));
        Assert.Contains("only a running one can send", Assert.Single(await AskAsync(folder, 1, "resend", ids[3])), StringComparison.Ordinal);

        await router.StartAgainAsync();
        Assert.StartsWith(ids[3] + " ", (await AskAsync(folder, 0, "list"))[1], StringComparison.Ordinal);
        Assert.Equal([$"Dead letter {ids[3]} is delivered."], await AskAsync(folder, 0, "resend", ids[3]));
        Assert.Equal(2, (await AskAsync(folder, 0, "list")).Length);
        await router.EndAsync("TERM");
        Assert.Equal(["alert-0-0-end", "alert-0-3-end"], destination.Order);
    }

    [Fact]
    public async Task Status_says_how_the_outputs_stand_and_is_for_the_owner_alone()
    {
        await using var good = Destination.Start();
        await using var bad = Destination.Refusing();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            outputs:
              good: { type: webhook, address: "{{good.Address}}" }
              bad: { type: webhook, address: "{{bad.Address}}" }
            """);
        Assert.Equal(1, (await Programs.AskRouterAsync(folder, "status")).Code);
        await using var router = await RestartedRouter.StartAsync(folder, port);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("data/control/router.sock")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("data/control")));
        }

        var (code, lines) = await Programs.AskRouterAsync(folder, "status");
        Assert.Equal(0, code);
        Assert.Equal(3, lines.Count);
        await using (var load = Load.Start(port, 1, count: 10))
        {
            await load.WhenSentAsync();
        }

        await Wait.UntilAsync(async () => (await Ask.OutputsAsync(port)) is var outputs && !outputs["bad"].Healthy && outputs["good"].Delivered == 10, Patience, static () => "one fails");
        (code, lines) = await Programs.AskRouterAsync(folder, "status");
        Assert.Equal(2, code);
        Assert.Matches("^good +webhook +ok +closed +0 +- +10 +0", lines[1]);
        Assert.Matches(@"^bad +webhook +failing +\w+ +10 +[\d.]+m?s +0 +0 +.*refused", lines[2]);

        // A failing output does not make the router unhealthy: its alerts are kept.
        Assert.Equal(200, await Ask.StatusAsync(port, "/healthz?verbose"));
        var verbose = (await Ask.OutputsAsync(port))["bad"];
        Assert.Equal(10, verbose.Depth);
        Assert.InRange(verbose.OldestAge, 0.001, Patience.TotalSeconds);

        await router.EndAsync("KILL");
        var stopped = await Programs.AskRouterAsync(folder, "status");
        Assert.Equal((1, "No router runs on this data directory."), (stopped.Code, stopped.Lines[^1]));
    }

    [Fact]
    public async Task A_paused_output_waits_beyond_a_kill_and_goes_on_when_it_is_resumed()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            outputs:
              hook: { type: stdout }
            """);
        Assert.Equal(1, (await Programs.AskRouterAsync(folder, "outputs", "pause", "hook")).Code);
        await using var router = await RestartedRouter.StartAsync(folder, port);
        var (code, lines) = await Programs.AskRouterAsync(folder, "outputs", "pause", "hok");
        Assert.Equal((1, "No output 'hok' is on; did you mean 'hook'? Those that are: hook."), (code, Assert.Single(lines)));
        (code, lines) = await Programs.AskRouterAsync(folder, "outputs", "pause", "hook");
        Assert.Equal((0, "hook is paused; 0 alerts wait."), (code, Assert.Single(lines)));
        await router.EndAsync("KILL");
        await router.StartAgainAsync();
        await using (var load = Load.Start(port, 1, count: 5))
        {
            await load.WhenSentAsync();
        }

        (code, lines) = await Programs.AskRouterAsync(folder, "status");
        Assert.Equal(0, code);
        Assert.Matches(@"^hook +stdout +paused +closed +5 +[\d.]+m?s +0 +0", lines[1]);
        Assert.Contains((await Programs.AskRouterAsync(folder, "outputs", "list")).Lines, static line => line.EndsWith("hook (paused)", StringComparison.Ordinal));
        (code, lines) = await Programs.AskRouterAsync(folder, "test");
        Assert.Equal(2, code);
        Assert.Matches("^hook +stdout +paused +somebody has paused it", lines[2]);
        Assert.Contains("saker_router_output_paused{output=\"hook\"} 1", await Ask.TextAsync(port, "/metrics"), StringComparison.Ordinal);
        Assert.Equal(0, (await Programs.AskRouterAsync(folder, "outputs", "resume", "hook")).Code);
        await Wait.UntilAsync(async () => (await Ask.OutputsAsync(port))["hook"].Delivered == 6, Patience, static () => "all delivered");
        Assert.Equal(0, (await Programs.AskRouterAsync(folder, "test")).Code);
        await router.EndAsync("TERM");
    }

    private static async Task<string[]> AskAsync(TestFolder folder, int expected, params string[] command)
    {
        var (code, lines) = await Programs.AskRouterAsync(folder, ["dead-letters", .. command]);
        Assert.True(code == expected, string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', command)} ended with {code}:\n{string.Join('\n', lines)}"));
        return [.. lines];
    }
}
