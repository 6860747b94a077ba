using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Saker.Detector.Capture;
using Saker.Detector.Drivers;
using Saker.Detector.Drivers.ModernEbpf;

namespace Saker.Detector.Kernel.Tests;

public sealed class DriverBehaviour
{
    private const int Close = 6;
    private static readonly IReadOnlySet<int> OnlyClose = new HashSet<int> { Close };

    [Fact]
    public void Committed_object_is_what_its_sources_give()
    {
        Assert.SkipUnless(Programs.Exists("clang-14") && File.Exists("/usr/include/bpf/bpf_helpers.h"), "Needs apt-get install clang-14 llvm-14 libbpf-dev.");
        var rebuilt = Path.Combine(AppContext.BaseDirectory, "rebuilt.o");
        Programs.Run(Path.Combine(Programs.Driver, "build.sh"), rebuilt);
        Assert.True(
            File.ReadAllBytes(rebuilt).AsSpan().SequenceEqual(DriverObject.ReadObject()),
            "saker_modern_ebpf.x86_64.o is not what its sources give; run src/Detector/Drivers/ModernEbpf/build.sh and commit it.");
    }

    [Fact]
    public void Committed_object_loads_and_tells_every_event_on_debian_s_kernel_and_on_the_newest()
    {
        var lacking = new[] { "qemu-system-x86_64", "busybox", "cpio", "gcc" }.Where(program => !Programs.Exists(program)).ToList();
        Assert.SkipUnless(lacking.Count == 0 && File.Exists("/usr/include/bpf/libbpf.h"), $"eng/verify-driver-qemu.sh says what to install; missing: {string.Join(' ', lacking)}");
        var script = Path.GetFullPath(Path.Combine(Programs.Folder(), "../../eng/verify-driver-qemu.sh"));
        var verified = Programs.Run(script).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, verified.Length);
        Assert.Matches(@"^VERIFIED 6\.1\..*, 5 attached \(tp_btf\), 6 kinds of events came; 12000 of 12000 opens told, 0 left out, 0 lost$", verified[0]);
        // From 7.2 on the programs of tp_btf are preempted.
        Assert.Matches(@"^VERIFIED [7-9]\.\d+\..*, 5 attached \(steady\), 6 kinds of events came; 12000 of 12000 opens told, ", verified[1]);
        Assert.Matches(@"^VERIFIED [7-9]\.\d+\..*, 5 attached \(tp_btf\), 6 kinds of events came; ", verified[2]);
    }

    [Theory]
    [InlineData("6.1.192", false)]
    [InlineData("7.1.13", false)]
    [InlineData("7.2", true)]
    [InlineData("7.3.4", true)]
    [InlineData("8.0.1", true)]
    public void Kernels_that_preempt_the_driver_are_hooked_by_perf(string kernel, bool by) =>
        Assert.Equal(by, PerfTracepoints.AreNeeded(Version.Parse(kernel)));

    [Fact]
    public void Tracepoints_are_found_when_tracefs_tells_of_all_of_them()
    {
        var folder = Directory.CreateTempSubdirectory("saker-tracefs");
        try
        {
            foreach (var tracepoint in new[] { "raw_syscalls/sys_enter", "raw_syscalls/sys_exit", "sched/sched_process_exec", "sched/sched_process_exit", "sched/sched_process_fork" })
            {
                Assert.Null(PerfTracepoints.Read(folder.FullName));
                var events = Directory.CreateDirectory(Path.Combine(folder.FullName, "events", tracepoint));
                File.WriteAllText(Path.Combine(events.FullName, "id"), "317\n");
            }

            Assert.NotNull(PerfTracepoints.Read(folder.FullName));
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void Structures_shared_with_c_have_c_s_layout()
    {
        Assert.SkipUnless(Programs.Exists("bpftool"), "Needs apt-get install bpftool.");
        var types = Programs.Run("bpftool", "btf", "dump", "file", Path.Combine(Programs.Driver, "saker_modern_ebpf.x86_64.o"));
        Assert.Equal(
            [
                ("wall_at_boot", Offset<DriverSettings>(nameof(DriverSettings.WallAtBoot))),
                ("self_tgid", Offset<DriverSettings>(nameof(DriverSettings.SelfTgid))),
                ("wake_bytes", Offset<DriverSettings>(nameof(DriverSettings.WakeBytes))),
                ("drop_failed", Offset<DriverSettings>(nameof(DriverSettings.DropFailed))),
                ("snap_length", Offset<DriverSettings>(nameof(DriverSettings.SnapLength))),
                ("cpus", Offset<DriverSettings>(nameof(DriverSettings.Cpus))),
                ("filter_opens", Offset<DriverSettings>(nameof(DriverSettings.FilterOpens))),
                ("scratch_stride", Offset<DriverSettings>(nameof(DriverSettings.ScratchStride))),
                ("exits", Offset<DriverSettings>(nameof(DriverSettings.Exits))),
                ("enters", Offset<DriverSettings>(nameof(DriverSettings.Enters))),
                ("socketcall_exits", Offset<DriverSettings>(nameof(DriverSettings.SocketCallExits))),
                ("socketcall_enters", Offset<DriverSettings>(nameof(DriverSettings.SocketCallEnters))),
                ("codes", Offset<DriverSettings>(nameof(DriverSettings.Codes))),
            ],
            Members(types, "settings"));
        Assert.Equal([("event", 0), ("filler", 2), ("drop_failed", 4)], Members(types, "hooked_call"));
        Assert.Equal([("bits", Offset<RegionKey>(nameof(RegionKey.Bits))), ("text", Offset<RegionKey>(nameof(RegionKey.Text)))], Members(types, "region_key"));
        Assert.Equal([("number", 0), ("wanted", 2), ("wanted_failed", 3)], Members(types, "region"));
        Assert.Equal(
            [
                ("seen", Offset<DriverCounters>(nameof(DriverCounters.Seen))),
                ("ring_full", Offset<DriverCounters>(nameof(DriverCounters.RingFull))),
                ("too_large", Offset<DriverCounters>(nameof(DriverCounters.TooLarge))),
                ("other", Offset<DriverCounters>(nameof(DriverCounters.Other))),
                ("unreadable", Offset<DriverCounters>(nameof(DriverCounters.Unreadable))),
                ("truncated", Offset<DriverCounters>(nameof(DriverCounters.Truncated))),
                ("filtered", Offset<DriverCounters>(nameof(DriverCounters.Filtered))),
            ],
            Members(types, "counters"));
    }

    /// <summary>The kernel follows every path through a program before it takes it: that is most of the time until events come.</summary>
    [Fact]
    public void Programs_cost_the_kernel_s_verifier_little()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        source.Start(Live.Settings);
        var steps = Directory.EnumerateFiles("/proc/self/fdinfo").SelectMany(File.ReadLines).Where(static line => line.StartsWith("verified_insns:", StringComparison.Ordinal))
            .Select(static line => long.Parse(line.AsSpan("verified_insns:".Length), CultureInfo.InvariantCulture)).Where(static count => count > 0).ToList();
        Assert.True(steps.Count > 50, $"{steps.Count} programs");
        Assert.True(steps.Max() < 60_000 && steps.Sum() < 400_000, $"{steps.Max()} steps for one program, {steps.Sum()} for all {steps.Count}");
    }

    /// <summary>A program that alerts are given to (program_output) is not to hold the driver's rings and maps.</summary>
    [Fact]
    public void Programs_that_are_started_inherit_nothing_of_the_driver()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        source.Start(Live.Settings);
        string[] kinds = ["bpf", "eventpoll", "perf_event"];
        var own = Directory.EnumerateFiles("/proc/self/fd").Select(static fd => (Name: Path.GetFileName(fd), new FileInfo(fd).LinkTarget))
            .Where(fd => fd.LinkTarget is { } target && kinds.Any(target.Contains)).ToList();
        Assert.True(own.Count > 50, $"{own.Count} descriptors");
        Assert.All(own, static fd => Assert.True((Flags(fd.Name) & Libc.EpollCloseOnExec) != 0, fd.ToString()));

        static long Flags(string fd) =>
            Convert.ToInt64(File.ReadLines($"/proc/self/fdinfo/{fd}").First(static line => line.StartsWith("flags:", StringComparison.Ordinal))["flags:".Length..].Trim(), 8);
    }

    [Fact]
    public void Calls_that_nobody_wants_are_not_told()
    {
        var act = Live.Run("files", Live.Settings with { SystemCalls = OnlyClose });
        Assert.NotEmpty(act.Own("close"));
        Assert.All(act.All, seen => Assert.Equal("close", seen.Type));
    }

    [Fact]
    public void Failed_calls_can_be_left_out()
    {
        var act = Live.Run("files", Live.Settings with { DropFailedExit = true });
        Assert.All(act.Own("close"), seen => Assert.Equal(0, seen["res"]));
        Assert.DoesNotContain(act.Own("open"), seen => seen["fd"] < 0);
        Assert.NotEmpty(act.Own("open"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Own_events_are_told_only_on_request(bool include)
    {
        Live.Require();
        const string path = "/no/such/file/of/our/own";
        var events = Live.Record(() => File.Exists(path + Open(path)), Live.Settings with { IncludeSelf = include });
        Assert.Equal(include, events.Exists(seen => seen.Type == "openat" && seen.Text("name") == path));
        static string Open(string path)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open);
            }
            catch (IOException)
            {
                return "";
            }

            return "";
        }
    }

    [Fact]
    public void Events_that_find_the_ring_full_are_counted_and_the_others_arrive_whole()
    {
        Live.Require();
        var acts = Programs.Acts;
        using var source = new ModernEbpfSource();
        source.Start(new() { SystemCalls = OnlyClose, RingBytes = 4096 });
        Programs.Run(acts, "flood", "/tmp");
        var before = source.Statistics;
        Assert.True(before.DroppedRingFull > 10_000);
        Assert.True(before.Seen >= 20_000);
        var events = Live.Drain(source); // with what other programs of the machine do meanwhile
        var after = source.Statistics;
        Assert.InRange(events.Count, before.Seen - before.DroppedRingFull, after.Seen - after.DroppedRingFull);
        Assert.Equal(after.DroppedRingFull, after.Dropped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Events_of_a_thread_that_moves_between_cpus_stay_in_order(int cpusPerRing)
    {
        var act = Live.Run("migrate", Live.Settings with { SystemCalls = OnlyClose, CpusPerRing = cpusPerRing });
        var fds = act.Own("close").Select(seen => seen["fd"]).Where(fd => fd >= 100_000).ToList();
        Assert.Equal(Enumerable.Range(100_000, 2000).Select(fd => (long)fd), fds);
        // Two CPUs that share a ring may write in another order than they looked at the clock, each for a thread of its own.
        Assert.All(act.All.GroupBy(seen => seen.Tid), thread => Assert.Equal(thread.Select(seen => seen.Time).Order(), thread.Select(seen => seen.Time)));
    }

    [Fact]
    public void Calls_by_x32_numbers_are_told_and_cancelled_ones_are_not()
    {
        var act = Live.Run("strange", Live.Settings with { SystemCalls = OnlyClose });
        // Bad descriptor where the kernel knows x32, else no such call.
        Assert.Contains(act.Own("close"), seen => seen["fd"] == 100_001 && seen["res"] is -9 or -38);
        var closes = act.Of(act["child"], "close").Select(seen => seen["fd"]).ToList();
        Assert.Contains(100_003, closes);
        Assert.DoesNotContain(100_002, closes);
    }

    [Fact]
    public void Event_tells_the_cpu_that_it_happened_on()
    {
        var act = Live.Run("migrate", Live.Settings with { SystemCalls = OnlyClose });
        // It changes between the first two before each call; where there is only one, or they have other numbers, it stays.
        var moves = act.Own("close").Where(seen => seen["fd"] >= 100_000).ToList();
        Assert.NotEmpty(moves);
        Assert.All(moves, static seen => Assert.True(Directory.Exists($"/sys/devices/system/cpu/cpu{seen.Cpu}"), $"CPU {seen.Cpu}"));
        if (Environment.ProcessorCount > 1)
        {
            Assert.All(moves, seen => Assert.Equal(seen["fd"] & 1, seen.Cpu));
        }
    }

    [Fact]
    public void Snaplen_over_what_the_driver_copies_is_said_and_cut()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        source.Start(new() { SystemCalls = OnlyClose, SnapLength = 65_000 });
        Assert.Contains("4096 bytes", Assert.Single(source.Notes), StringComparison.Ordinal);
        using var other = new ModernEbpfSource();
        other.Start(new() { SystemCalls = OnlyClose, SnapLength = 4096 });
        Assert.Empty(other.Notes);
    }

    [Fact]
    public void Outside_the_host_s_pid_namespace_the_detector_refuses_to_start()
    {
        Live.Require();
        var program = Path.Combine(AppContext.BaseDirectory, "saker-detector");
        var folder = Directory.CreateTempSubdirectory("saker-namespace").FullName;
        File.WriteAllText(Path.Combine(folder, "rules.yaml"), "- rule: Any\n  desc: any\n  condition: evt.type = open\n  output: any\n  priority: NOTICE\n");
        File.WriteAllText(Path.Combine(folder, "detector.yaml"), $"rules_files: [{folder}/rules.yaml]\n");
        var (code, errors) = Programs.TryRun("unshare", "--pid", "--fork", "--mount-proc", program, "--config", Path.Combine(folder, "detector.yaml"));
        Directory.Delete(folder, true);
        Assert.Equal(1, code);
        Assert.Contains("pid namespace", errors, StringComparison.Ordinal);
        Assert.Contains("--pid=host", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_root_without_the_host_s_processes_is_refused()
    {
        Live.Require();
        Assert.Contains("HOST_ROOT is /usr", KernelRequirements.Lacking("/usr"), StringComparison.Ordinal);
        var root = Directory.CreateTempSubdirectory("saker-host").FullName;
        Directory.CreateSymbolicLink(Path.Combine(root, "proc"), "/proc");
        Assert.Null(KernelRequirements.Lacking(root));
        Directory.Delete(root, true);
    }

    [Fact]
    public void Time_of_an_event_is_the_wall_clock_s()
    {
        var before = Nanoseconds(DateTimeOffset.UtcNow);
        var act = Live.Run("files");
        var after = Nanoseconds(DateTimeOffset.UtcNow);
        Assert.All(act.Own("open"), seen => Assert.InRange((long)seen.Time, before - 1_000_000_000, after + 1_000_000_000));
        static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
    }

    [Fact]
    public async Task A_reader_that_rests_is_woken_by_the_first_event()
    {
        Live.Require();
        var calls = Programs.Calls;
        using var source = new ModernEbpfSource();
        source.Start(new() { SystemCalls = new HashSet<int> { SystemCalls.All.Single(static call => call.Name == "delete_module").Code } });
        var longest = TimeSpan.FromMinutes(5);
        var since = Stopwatch.StartNew();
        var reading = Task.Run(() => source.Read(new RawEvent[16], longest), TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken); // it rests by now
        Assert.False(reading.IsCompleted, "Somebody else removes modules of the kernel here.");
        Programs.Run(calls, "/tmp");
        Assert.True(await reading > 0);
        Assert.True(since.Elapsed < longest, $"The event was found when the time was over, after {since.Elapsed}.");
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        Live.Require();
        var acts = Programs.Acts;
        using var source = new ModernEbpfSource();
        source.Start(new() { SystemCalls = OnlyClose });
        var batch = new RawEvent[256];
        Programs.Run(acts, "flood", "/tmp");
        _ = source.Read(batch, TimeSpan.FromMilliseconds(10));
        source.Release();
        _ = source.Statistics;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = 0;
        while (source.Read(batch, TimeSpan.FromMilliseconds(20)) is var count and > 0 && read < 15_000)
        {
            read += count;
            source.Release();
        }

        _ = source.Statistics;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(read > 10_000);
    }

    private static int Offset<T>(string field)
        where T : struct => (int)Marshal.OffsetOf<T>(field);

    private static List<(string Name, int Offset)> Members(string types, string name) =>
    [
        .. types.Split('\n')
            .SkipWhile(line => !line.Contains($"STRUCT '{name}' size=", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.StartsWith('\t'))
            .Select(line => line.Trim().Split(' '))
            .Select(words => (words[0].Trim('\''), int.Parse(words[2]["bits_offset=".Length..], null) / 8)),
    ];
}
