using System.Text;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Tests.Holding;
using Saker.Detector.Tests.MatchCaptures;
using Saker.Detector.Tests.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>A recording has the records of containers that were known when it began, so that its replay has their names.</summary>
public sealed class RecordedContainers : IDisposable
{
    private const string Other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
    private const string Rules = """
        - rule: r
          desc: d
          condition: evt.type = openat
          output: "%proc.name %container.id %container.name %container.image.repository"
          priority: NOTICE
        """;

    private readonly CaptureRun run = new();
    private readonly MachineState state = new();

    public RecordedContainers()
    {
        var before = new EventBuilder(new EventPipeline(state));
        before.Exec(10, "inside", ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{HoldingRig.Full}\0")));
        before.Exec(20, "beside", ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{Other}\0")));
        before.Exec(30, "outside", ("cgroups", "cpu=/user.slice\0"u8.ToArray()));
        state.Containers.Learn(HoldingRig.Record());
        state.Containers.Learn(HoldingRig.Record(Other) with { Name = "db", ImageRepository = "postgres" });
    }

    public void Dispose()
    {
        run.Dispose();
        state.Dispose();
    }

    [Fact]
    public async Task Of_the_whole_machine_all_are_in_it()
    {
        Assert.Equal((3, 2), Record(0, out var file));
        Assert.Equal(["inside 0123456789ab web nginx", "beside fedcba987654 db postgres", "outside host host "], await ReplayAsync(file));
    }

    [Fact]
    public async Task Of_a_process_only_its_own_is_in_it()
    {
        Assert.Equal((1, 1), Record(10, out var file));
        Assert.Equal(["inside 0123456789ab web nginx"], await ReplayAsync(file));
        Assert.Equal(-1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf("postgres"u8));
    }

    private (long Events, int Containers) Record(long root, out string file)
    {
        file = Path.Combine(run.Folder, "recorded.scap");
        List<byte[]> events = [Open(10), Open(20), Open(30)];
        using var capture = new CaptureWriter(File.Create(file), compress: false);
        capture.Machine(new CapturedMachine(1, 1 << 30, 32_768, "here", 5));
        using var source = new RecordedTree.Source(events);
        var recorder = new CaptureRecorder(source, state, capture, root, TimeProvider.System);
        recorder.Run(CancellationToken.None);
        return (recorder.Written, recorder.Containers);
    }

    private async Task<IReadOnlyList<string>> ReplayAsync(string file)
    {
        string[] shown = ["proc.name", "container.id", "container.name", "container.image.repository"];
        return [.. (await run.AlertsAsync(file, Rules)).Select(alert => string.Join(' ', shown.Select(field => CaptureRun.Field(alert, field))))];
    }

    private static byte[] Open(long tid)
    {
        var memory = new byte[4096];
        var length = EventBuilder.Write(memory, EventType.OpenatV2Exit, tid, 2_000_000_000, ("fd", 3), ("dirfd", -100), ("name", "/etc/passwd"), ("flags", 1));
        var bytes = GC.AllocateArray<byte>(length, pinned: true);
        memory.AsSpan(0, length).CopyTo(bytes);
        return bytes;
    }
}
