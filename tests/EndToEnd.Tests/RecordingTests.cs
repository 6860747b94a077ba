using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary><c>saker-detector record</c> on this kernel, and the example that comes with the project.</summary>
[Collection(Watching.Name)]
public sealed class RecordingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_recording_replays_to_the_alerts_that_a_detector_gave_beside_it()
    {
        Programs.RequireKernel();
        using var folder = new TestFolder();
        Write(folder);
        await using var watching = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await using var recording = ProcessRunner.Start(Programs.Path("saker-detector"), ["record", folder.File("acts.scap.gz"), "--config", folder.File("detector.yaml")]);
        await watching.WaitForLineAsync("Watching", Patience);
        await recording.WaitForLineAsync("Recording into", Patience);

        await using (var acts = ProcessRunner.Start("/bin/sh", [folder.File("acts.sh")]))
        {
            Assert.Equal(0, await acts.WaitForExitAsync(Patience));
        }

        try
        {
            await watching.WaitForLineAsync("\"rule\":\"Last\"", Patience);
        }
        catch (TimeoutException)
        {
            // The comparison below, or the count of lost events, tells why.
        }

        watching.Signal("TERM");
        recording.Signal("INT");
        Assert.Equal(0, await watching.WaitForExitAsync(Patience));
        Assert.Equal(0, await recording.WaitForExitAsync(Patience));
        string recorded = await recording.WaitForLineAsync("Recorded:", Patience), stopped = await watching.WaitForLineAsync("Stopped:", Patience);
        Assert.SkipUnless(
            recorded.EndsWith("; 0 events lost.", StringComparison.Ordinal) && stopped.Contains(" 0 events lost", StringComparison.Ordinal),
            "The machine is so loaded that events were lost; there is nothing to compare.");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("acts.scap.gz")));
        }

        await using var replay = ProcessRunner.Start(Programs.Path("saker-detector"), ["replay", folder.File("acts.scap.gz"), "--config", folder.File("detector.yaml")]);
        Assert.Equal(0, await replay.WaitForExitAsync(Patience));
        var live = Alerts(watching);
        Assert.Equal(6, live.Count);
        Assert.Equal(live, Alerts(replay));
    }

    [Fact]
    public async Task A_recording_ends_by_itself_and_holds_only_the_process_that_was_asked_for()
    {
        Programs.RequireKernel();
        using var folder = new TestFolder();
        Write(folder);
        await using var idle = ProcessRunner.Start("/bin/sleep", ["1200"]);
        string[] arguments = ["record", folder.File("one.scap"), "--seconds", "0.5", "--process", $"{idle.Id}", "--config", folder.File("detector.yaml")];
        await using var recording = ProcessRunner.Start(Programs.Path("saker-detector"), arguments);
        Assert.Equal(0, await recording.WaitForExitAsync(Patience));
        await recording.WaitForLineAsync("Recorded: 0 events", Patience);
        var capture = await File.ReadAllBytesAsync(folder.File("one.scap"), TestContext.Current.CancellationToken);
        Assert.NotEqual(-1, capture.AsSpan().IndexOf("/bin/sleep"u8));
        Assert.Equal(-1, capture.AsSpan().IndexOf("saker-detector"u8));
    }

    [Fact]
    public async Task What_keeps_it_from_recording_is_said()
    {
        using var folder = new TestFolder();
        Write(folder);
        await using var wrong = ProcessRunner.Start(Programs.Path("saker-detector"), ["record", folder.File("x.scap"), "--seconds", "-1"]);
        Assert.NotEqual(0, await wrong.WaitForExitAsync(Patience));
        await wrong.WaitForLineAsync("--seconds wants a number above 0", Patience);
        Programs.RequireKernel();
        await using var nowhere = ProcessRunner.Start(Programs.Path("saker-detector"), ["record", "/nowhere/x.scap", "--config", folder.File("detector.yaml")]);
        Assert.Equal(1, await nowhere.WaitForExitAsync(Patience));
        await nowhere.WaitForLineAsync("Cannot record: Could not find a part of the path '/nowhere/x.scap'", Patience);
        await using var nobody = ProcessRunner.Start(Programs.Path("saker-detector"), ["record", folder.File("x.scap"), "--process", "999999999", "--config", folder.File("detector.yaml")]);
        Assert.Equal(1, await nobody.WaitForExitAsync(Patience));
        await nobody.WaitForLineAsync("There is no process 999999999", Patience);
        Assert.False(File.Exists(folder.File("x.scap")));
    }

    [Fact]
    public async Task The_example_fires_many_of_the_default_rules_and_is_small()
    {
        var example = Path.Combine(SharedData.ProjectRoot, "assets", "example.scap.gz");
        Assert.InRange(new FileInfo(example).Length, 1000, 200_000);
        await using var replay = ProcessRunner.Start(
            Programs.Path("saker-detector"),
            ["replay", example, "--config", Path.Combine(SharedData.ProjectRoot, "config", "detector.yaml"), "-o", "http_output.enabled=false", "-o", "stdout_output.enabled=true"]);
        Assert.Equal(0, await replay.WaitForExitAsync(Patience));
        var rules = replay.Lines.Where(static line => line.StartsWith('{')).Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("rule").GetString()).ToHashSet();
        Assert.True(rules.Count >= 12, string.Join(", ", rules));
        Assert.Contains("Password file read by untrusted program", rules);
        Assert.Contains("Namespace tool started in a container", rules);
    }

    // Alerts name only what this test does: other programs of the machine go on meanwhile.
    private static void Write(TestFolder folder)
    {
        const string fields = "%proc.name %proc.cmdline %proc.exepath %proc.cwd %proc.pname %proc.aname[2] %user.name %fd.name %proc.is_exe_from_memfd";
        var here = folder.File("");
        folder.Write("rules.yaml", $"""
            - rule: Last
              desc: the end of the acts
              condition: evt.type in (open, openat) and fd.name = {folder.File("last")}
              output: "{fields}"
              priority: NOTICE
            - rule: Opened
              desc: a file of the test was opened
              condition: evt.type in (open, openat) and fd.name startswith {folder.File("file")}
              output: "{fields}"
              priority: NOTICE
            - rule: Started
              desc: a program of the test was started
              condition: evt.type in (execve, execveat) and evt.res = SUCCESS and proc.exepath startswith {here}
              output: "{fields}"
              priority: NOTICE
            - rule: Moved
              desc: a file of the test got another name
              condition: evt.type in (rename, renameat, renameat2) and proc.cwd startswith {here}
              output: "{fields} %evt.res"
              priority: NOTICE
            """);
        folder.Write("detector.yaml", "rules_files: [rules.yaml]\njson_output: true\nwebserver: { enabled: false }\nengine: { modern_ebpf: { buf_size_preset: 6 } }\n");
        folder.Write("acts.sh", $"""
            cd {here}
            echo x > file1
            cat file1 > /dev/null
            mkdir below
            cd below
            cat ../file1 > /dev/null
            cp /bin/true program
            ./program with arguments
            mv program other
            : > ../last
            """);
    }

    private static List<string> Alerts(ProcessRunner detector) => [.. detector.Lines.Where(static line => line.StartsWith('{')).Select(static line =>
    {
        var alert = JsonDocument.Parse(line).RootElement;
        var fields = alert.GetProperty("output_fields").EnumerateObject().Where(static field => field.Name != "evt.time").Select(static field => $"{field.Name}={field.Value}");
        return $"{alert.GetProperty("rule")}: {string.Join(' ', fields)}";
    })];
}
