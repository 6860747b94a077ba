namespace Saker.Detector.Tests.MatchCaptures;

/// <summary>A replay cuts captures around matches out of a capture.</summary>
public sealed class CapturesOfReplays : IDisposable
{
    private const string Output = "output: \"%evt.num %evt.rawtime %evt.type %evt.args %proc.name %proc.cmdline %proc.pname %proc.aname[2] %fd.name %user.name\"\n  priority: NOTICE\n";

    private readonly CaptureRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_file_has_the_events_from_the_match_on_for_the_rules_time_and_replays_to_the_same_alert()
    {
        var rules = Rule("cut", "evt.type = execve and proc.name = env", "capture: true\n  capture_duration: 20");
        var source = CaptureRun.Recorded("live-procs");
        var first = (await run.AlertsAsync(source, rules, CaptureRun.Default))[0];
        var file = run.Files[0];
        var (time, number) = CaptureRun.NameOf(file);
        Assert.EndsWith($"/cut/match_{time:D20}_{number:D20}.scap", file, StringComparison.Ordinal);
        Assert.Equal(CaptureRun.Field(first, "evt.num"), $"{number}");
        Assert.Equal(CaptureRun.Field(first, "evt.rawtime"), $"{time}");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var (all, _, machine) = CaptureRun.Read(source);
        var (times, threads, same) = CaptureRun.Read(file);
        Assert.InRange(threads, 10, 100_000);
        Assert.Equal(machine, same);
        Assert.NotEqual(0, machine.Cpus);
        Assert.Equal(time, times[0]);
        Assert.Equal(Between(all, time, times[^1] + 1), times);
        Assert.True(times[^1] - time < 1_000_000_000);
        Assert.Contains(run.Log.Lines, line => line.StartsWith($"Captured into {file}: {times.Count} events, ", StringComparison.Ordinal) && line.Contains($"for rule 'cut' and event {number}; it ended as its time was over", StringComparison.Ordinal));

        var again = (await run.AlertsAsync(file, rules))[0];
        string[] counted = ["evt.num"];
        Assert.Equal(Fields(first, counted), Fields(again, counted));
    }

    [Fact]
    public async Task A_match_while_one_is_going_extends_it_and_does_not_shorten_it()
    {
        var rules = Rule("long", "evt.type = execve and proc.name = env", "capture: true\n  capture_duration: 100") + Rule("short", "evt.type = execve", "capture: true\n  capture_duration: 1");
        var source = CaptureRun.Recorded("live-procs");
        var alerts = await run.AlertsAsync(source, rules, CaptureRun.Default);
        // What the files are to be, worked out from the alerts.
        var expected = new List<(ulong Start, ulong End)>();
        foreach (var alert in alerts)
        {
            var time = ulong.Parse(CaptureRun.Field(alert, "evt.rawtime"), System.Globalization.CultureInfo.InvariantCulture);
            var end = time + (alert.GetProperty("rule").GetString() == "long" ? 100_000_000UL : 1_000_000UL);
            if (expected.Count > 0 && time < expected[^1].End)
            {
                expected[^1] = (expected[^1].Start, Math.Max(expected[^1].End, end));
            }
            else
            {
                expected.Add((time, end));
            }
        }

        Assert.True(expected.Count < alerts.Count, "No match came while a capture was going.");
        Assert.Equal(expected.Select(static piece => piece.Start), run.Files.Select(static file => CaptureRun.NameOf(file).Time));
        var (all, _, _) = CaptureRun.Read(source);
        foreach (var (piece, file) in expected.Zip(run.Files))
        {
            Assert.Equal(Between(all, piece.Start, piece.End), CaptureRun.Read(file).Times);
        }
    }

    [Theory]
    [InlineData("enabled: true, path_prefix: FOLDER/cut/match", "capture: false", 0)]
    [InlineData("enabled: false, path_prefix: FOLDER/cut/match", "capture: true", 0)]
    [InlineData("enabled: true, path_prefix: FOLDER/cut/match, mode: all_rules", "capture: false", 1)]
    [InlineData("enabled: true, path_prefix: FOLDER/cut/match, mode: rules, default_duration: 100000", "capture: true\n  capture_duration: 0", 1)]
    public async Task Which_rules_are_captured(string captures, string keys, int files)
    {
        Assert.NotEmpty(await run.AlertsAsync(CaptureRun.Recorded("live-procs"), Rule("r", "evt.type = execve", keys), captures + (captures.Contains("default_duration", StringComparison.Ordinal) ? "" : ", default_duration: 100000")));
        Assert.Equal(files, run.Files.Count);
    }

    [Fact]
    public async Task Containers_that_were_known_at_the_match_have_their_names_in_its_replay()
    {
        const string condition = "evt.type in (open, openat) and container.name = hopeful_taussig";
        var rules = "- rule: r\n  desc: d\n  condition: " + condition + "\n  output: \"%container.id %container.name %container.image.repository %evt.rawtime\"\n  priority: NOTICE\n  capture: true\n";
        var alerts = await run.AlertsAsync(CaptureRun.Recorded("psp_write_tmp_test"), rules, CaptureRun.Default);
        Assert.NotEmpty(alerts);
        var file = Assert.Single(run.Files);
        var again = await run.AlertsAsync(file, rules);
        Assert.Equal(alerts.Select(static alert => Fields(alert, [])), again.Select(static alert => Fields(alert, [])));
    }

    [Fact]
    public async Task Only_so_many_files_are_kept_the_newest_and_none_of_others()
    {
        Directory.CreateDirectory(Path.Combine(run.Folder, "cut"));
        string[] foreign = ["match_1_2.scap", $"match_{1:D20}_{2:D20}.txt", $"other_{1:D20}_{2:D20}.scap", $"match_{1:D20}x{2:D20}.scap"];
        string[] old = [$"match_{1:D20}_{2:D20}.scap", $"match_{1:D20}_{3:D20}.scap.part"];
        foreach (var name in foreign.Concat(old))
        {
            await File.WriteAllTextAsync(Path.Combine(run.Folder, "cut", name), "", TestContext.Current.CancellationToken);
        }

        var rules = Rule("r", "evt.type = execve", "capture: true\n  capture_duration: 1");
        await run.AlertsAsync(CaptureRun.Recorded("live-procs"), rules, CaptureRun.Default + ", max_files: 3");
        var own = run.Files.Where(file => !foreign.Contains(Path.GetFileName(file))).ToList();
        Assert.Equal(3, own.Count);
        Assert.Equal(foreign.Length, run.Files.Count - own.Count);
        var written = run.Log.Lines.Where(static line => line.StartsWith("Captured into", StringComparison.Ordinal)).Select(static line => line.Split(": ")[0]["Captured into ".Length..]).Order(StringComparer.Ordinal).ToList();
        Assert.True(written.Count > 3);
        Assert.Equal(written.TakeLast(3), own);
    }

    [Fact]
    public async Task What_cannot_be_written_is_told_and_the_alerts_are_not_touched()
    {
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "cut"), "no folder", TestContext.Current.CancellationToken);
        var rules = Rule("r", "evt.type = execve", "capture: true\n  capture_duration: 1");
        var without = await run.AlertsAsync(CaptureRun.Recorded("live-procs"), rules);
        var with = await run.AlertsAsync(CaptureRun.Recorded("live-procs"), rules, CaptureRun.Default);
        Assert.Equal(without.Count, with.Count);
        Assert.Single(run.Log.Lines, static line => line.StartsWith("The capture ", StringComparison.Ordinal) && line.Contains("cannot be written", StringComparison.Ordinal));
    }

    private static string Rule(string name, string condition, string keys) => $"- rule: {name}\n  desc: d\n  condition: {condition}\n  {Output}  {keys}\n";

    private static IEnumerable<ulong> Between(IReadOnlyList<ulong> times, ulong start, ulong end) => times.SkipWhile(time => time != start).TakeWhile(time => time < end);

    private static string Fields(System.Text.Json.JsonElement alert, string[] but) => string.Join(
        '\n', alert.GetProperty("output_fields").EnumerateObject().Where(field => !but.Contains(field.Name)).Select(static field => $"{field.Name}={field.Value}"));
}
