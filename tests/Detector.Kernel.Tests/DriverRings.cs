using System.Globalization;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Drivers.Rings;

namespace Saker.Detector.Kernel.Tests;

/// <summary>How many rings are made, and when they are refused.</summary>
public sealed class DriverRings : IDisposable
{
    private static readonly SourceSettings Settings = new() { SystemCalls = new HashSet<int>() };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-cgroup");

    [Theory]
    [InlineData(2, "0-3", 4, 2, "0 0 1 1")]
    [InlineData(1, "0-2", 3, 3, "0 1 2")]
    [InlineData(0, "0-7", 8, 1, "0 0 0 0 0 0 0 0")]
    [InlineData(3, "0-3", 4, 2, "0 0 0 1")]
    [InlineData(1, "1,3", 6, 2, "0 0 0 1 0 1")] // the others may come later
    [InlineData(2, "", 2, 1, "0 0")]
    public void Rings_are_made_for_the_cpus_that_run(int cpusPerRing, string online, int possible, int count, string rings)
    {
        var plan = RingPlan.For(Settings with { CpusPerRing = cpusPerRing }, possible, RingPlan.ParseCpus(online));
        Assert.Equal(count, plan.Count);
        Assert.Equal(rings.Split(' ').Select(ring => int.Parse(ring, CultureInfo.InvariantCulture)), plan.RingOfCpu);
    }

    [Theory]
    [InlineData("0-2,5,7-8", new[] { 0, 1, 2, 5, 7, 8 })]
    [InlineData("0\n", new[] { 0 })]
    [InlineData("x,3-1,-2", new int[0])]
    public void List_of_cpus_is_read_as_the_kernel_writes_it(string list, int[] cpus) =>
        Assert.Equal(cpus, RingPlan.ParseCpus(list));

    [Fact]
    public void Ring_is_a_power_of_two_of_at_least_a_page()
    {
        Assert.Equal(4096, RingPlan.For(Settings with { RingBytes = 1 }, 1, [0]).Bytes);
        Assert.Equal(8192, RingPlan.For(Settings with { RingBytes = 4097 }, 1, [0]).Bytes);
    }

    [Theory]
    [InlineData(16L << 20, 8, false)]
    [InlineData((16L << 20) - 1, 8, true)]
    [InlineData(long.MaxValue, 8, false)]
    [InlineData(null, 8, false)]
    public void Rings_over_the_limit_of_the_memory_cgroup_are_refused(long? limit, int used, bool refused)
    {
        // Two rings of 4 MiB, and 8 MiB in use.
        var plan = RingPlan.For(Settings with { RingBytes = 4 << 20, CpusPerRing = 1 }, 2, [0, 1]);
        if (!refused)
        {
            MemoryLimit.Check(plan, limit, (long)used << 20);
            return;
        }

        var message = Assert.Throws<EventSourceException>(() => MemoryLimit.Check(plan, limit, (long)used << 20)).Message;
        Assert.Contains("8 MiB (2 of 4 MiB each)", message, StringComparison.Ordinal);
        Assert.Contains("buf_size_preset", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lowest_limit_on_the_way_up_counts_in_version_2()
    {
        Write("a/memory.max", "900000\n");
        Write("a/b/memory.max", "max\n");
        Assert.Equal(900_000, MemoryLimit.Read("0::/a/b\n", $"30 20 0:26 / {folder.FullName} rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"));
    }

    [Fact]
    public void Limit_of_version_1_is_found_where_its_controller_is_mounted()
    {
        Write("mem/x/memory.limit_in_bytes", "123456\n");
        Write("mem/memory.limit_in_bytes", "9223372036854771712\n"); // none
        var mounts = $"31 20 0:27 / {folder.FullName}/cpu rw - cgroup cgroup rw,cpu\n32 20 0:28 / {folder.FullName}/mem rw - cgroup cgroup rw,memory\n";
        Assert.Equal(123_456, MemoryLimit.Read("5:cpu:/x\n4:memory:/x\n0::/\n", mounts));
    }

    [Fact]
    public void Container_that_sees_its_own_cgroup_as_the_root_finds_its_limit()
    {
        Write("memory.max", "5000000\n");
        Assert.Equal(5_000_000, MemoryLimit.Read("0::/pods/one\n", $"30 20 0:26 /pods/one {folder.FullName} rw - cgroup2 cgroup2 rw\n"));
    }

    [Fact]
    public void Without_a_memory_cgroup_there_is_no_limit()
    {
        Assert.Null(MemoryLimit.Read("", ""));
        Assert.Null(MemoryLimit.Read("0::/\nnonsense\n", "short line\n"));
    }

    public void Dispose() => folder.Delete(true);

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
