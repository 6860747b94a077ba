using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Events;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Tests.Outputs;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.MatchCaptures;

/// <summary>Replays with captures around matches, and what is in their files.</summary>
internal sealed class CaptureRun : IDisposable
{
    public const string Default = "enabled: true, path_prefix: FOLDER/cut/match";

    public string Folder { get; } = Directory.CreateTempSubdirectory("saker-").FullName;

    public KeptLog Log { get; } = new(LogLevel.Information);

    /// <summary>The files, oldest first.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Path.Combine(Folder, "cut"))
        ? [.. Directory.EnumerateFiles(Path.Combine(Folder, "cut")).Order(StringComparer.Ordinal)]
        : [];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A capture of those that tests have.</summary>
    public static string Recorded(string name) =>
        Replay(name) ? SharedData.Path("falco", "captures", name + ".scap") : RecordedData.Path("falco", "captures", name + ".scap");

    /// <summary>The alerts of a replay: what each says of its event.</summary>
    public async Task<IReadOnlyList<JsonElement>> AlertsAsync(string capture, string rules, string captures = "enabled: false")
    {
        string file = Path.Combine(Folder, "detector.yaml"), alerts = Path.Combine(Folder, "alerts"), ruleFile = Path.Combine(Folder, "rules.yaml");
        File.Delete(alerts);
        await File.WriteAllTextAsync(file, $$"""
            engine: { kind: replay, replay: { capture_file: {{capture}} } }
            stdout_output: { enabled: false }
            webserver: { enabled: false }
            json_output: true
            capture: { {{captures.Replace("FOLDER", Folder, StringComparison.Ordinal)}} }
            file_output: { enabled: true, filename: {{alerts}} }
            """);
        await File.WriteAllTextAsync(ruleFile, rules);
        var configuration = DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
        Assert.Empty(configuration.Faults.All);
        var code = await Task.Run(() => new DetectorHost(configuration, [ruleFile], TimeProvider.System, Log).RunAsync(CancellationToken.None)).WaitAsync(When.Patience);
        Assert.True(code == 0, string.Join('\n', Log.Lines));
        return File.Exists(alerts) ? [.. (await File.ReadAllLinesAsync(alerts)).Select(static line => JsonDocument.Parse(line).RootElement)] : [];
    }

    /// <summary>A field of an alert, as text.</summary>
    public static string Field(JsonElement alert, string name) => alert.GetProperty("output_fields").GetProperty(name).ToString();

    /// <summary>Time and number of the event that a file is about.</summary>
    public static (ulong Time, long Number) NameOf(string file)
    {
        var parts = Path.GetFileNameWithoutExtension(file).Split('_');
        return (ulong.Parse(parts[^2], CultureInfo.InvariantCulture), long.Parse(parts[^1], CultureInfo.InvariantCulture));
    }

    /// <summary>The times of a capture's events but those that tell of containers and users, and how many threads its lists have.</summary>
    public static (IReadOnlyList<ulong> Times, int Threads, CapturedMachine Machine) Read(string file)
    {
        using var state = new MachineState();
        using var source = new CaptureSource(File.OpenRead(file), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var threads = state.Threads.Count;
        var times = new List<ulong>();
        var batch = new RawEvent[256];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
        {
            foreach (var raw in batch.AsSpan(0, count))
            {
                Assert.True(EventView.TryParse(raw.Bytes, out var view));
                if (!view.IsBookkeeping && view.Type != EventType.AsynceventEnter)
                {
                    times.Add(view.Timestamp);
                }
            }
        }

        Assert.Equal(0, source.Statistics.Malformed);
        return (times, threads, source.Machine);
    }

    private static bool Replay(string name) => Captures.Replay.OldCaptures.Contains(name);
}
