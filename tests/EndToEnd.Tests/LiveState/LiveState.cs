using System.Diagnostics;
using System.Globalization;
using Saker.EndToEnd.Tests.Workload;

namespace Saker.EndToEnd.Tests.LiveState;

/// <summary>The scenarios of state.c, done once under one detector, and what it said of each.</summary>
public sealed class LiveState
{
    // One rule tells every event that the tests ask about, with what is known of process and descriptor.
    private const string Rules = $$"""
        - rule: told
          desc: Tells what the detector knows.
          condition: evt.type in (fchmod, execve, procexit) and proc.env[{{Stage.Tag}}] != ""
          output: >
            %evt.type %evt.rawarg.mode %evt.rawres %thread.tid %proc.pid %proc.ppid %proc.name %proc.pname %proc.aname[2] %proc.args
            %proc.exepath %proc.cwd %fd.num %fd.type %fd.name %fd.l4proto %fd.cip %fd.sip %fd.is_server %proc.env[{{Stage.Tag}}]
          priority: NOTICE
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly string[] Plain = ["inherit", "close-on-exec", "dups", "folders", "deleted", "sockets", "dual", "handle", "threads", "vforks", "thread-exec", "reuse", "migrate"];
    private Task<IReadOnlyDictionary<string, Scenario>>? result;

    /// <summary>
    /// What came of a scenario. All are done at the first question (the tests of a class ask one after the other), so that a
    /// test can be skipped where they cannot be done.
    /// </summary>
    internal async Task<Scenario> AskAsync(string scenario)
    {
        LiveDetector.Require();
        var asked = (await (result ??= DoAsync()))[scenario];
        Assert.Null(asked.Failure);
        // Shown when the test fails: what was lost on the way explains much.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', asked.Told.Take(20).Select(static alert => string.Join(' ', alert.Fields)).Prepend(asked.Log)));
        return asked;
    }

    private static async Task<IReadOnlyDictionary<string, Scenario>> DoAsync()
    {
        using var folder = new TestFolder();
        var program = Stage.Compile("state.c", folder.File("state"), folder: "LiveState");
        var program32 = Stage.Compile("state32.c", folder.File("state32"), ["-m32", "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-nostdlib"], "LiveState");
        var results = new Dictionary<string, Scenario>();
        using var before = Start(folder, program, "before", results);
        Assert.Equal("ready", await before.StandardOutput.ReadLineAsync().WaitAsync(Patience));
        await using var detector = await LiveDetector.StartAsync([], Rules);
        foreach (var name in Plain)
        {
            using var process = Start(folder, program, name, results);
            await EndAsync(process, name, results);
        }

        using (var pass = Start(folder, program, "pass", results))
        {
            await detector.AlertsUntilAsync("pass");
            await EndAsync(pass, "pass", results);
        }

        await EndAsync(before, "before", results);
        using (var process = Start(folder, program32, "32-bit", results))
        {
            await EndAsync(process, "32-bit", results);
        }

        using (var last = Start(folder, program, "nothing", results))
        {
            await EndAsync(last, "nothing", results);
        }

        var alerts = await detector.AlertsUntilAsync("nothing");
        return results.ToDictionary(static pair => pair.Key, pair => pair.Value with { Log = detector.Log, Told = [.. alerts.Where(alert => alert.Act == pair.Key)] });
    }

    private static Process Start(TestFolder folder, string program, string scenario, Dictionary<string, Scenario> results)
    {
        var own = folder.File(scenario);
        Directory.CreateDirectory(own);
        string[] arguments = scenario == "32-bit" ? [Path.Combine(own, "first")] : [scenario, own];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment[Stage.Tag] = scenario;
        var process = Process.Start(start)!;
        results.Add(scenario, new Scenario(process.Id, own, program, []));
        return process;
    }

    private static async Task EndAsync(Process process, string scenario, Dictionary<string, Scenario> results)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            results[scenario] = results[scenario] with { Failure = $"It failed with {process.ExitCode}: {errors}" };
        }
    }
}

/// <summary>A scenario and what the detector told of it, in its order.</summary>
/// <param name="Pid">The process that was started.</param>
/// <param name="Folder">Where it worked.</param>
/// <param name="Program">Its program.</param>
/// <param name="Told">The alerts.</param>
internal sealed record Scenario(int Pid, string Folder, string Program, IReadOnlyList<LiveAlert> Told)
{
    /// <summary>Why it could not be done, as where ids cannot be chosen or there is one CPU only; null when it was done.</summary>
    public string? Failure { get; init; }

    /// <summary>What the detector has logged.</summary>
    public string Log { get; init; } = "";

    /// <summary>What was told at a question, which must have been once.</summary>
    public IReadOnlyDictionary<string, string?> At(int question) =>
        Assert.Single(Events("fchmod"), told => told["evt.rawarg.mode"] == question.ToString(CultureInfo.InvariantCulture));

    /// <summary>The events of one type.</summary>
    public List<IReadOnlyDictionary<string, string?>> Events(string type) =>
        [.. Told.Select(static alert => alert.Fields).Where(told => told["evt.type"] == type)];

    /// <summary>A file in the scenario's folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);
}
