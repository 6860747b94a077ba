using System.Runtime.InteropServices;
using System.Text;

namespace Saker.Detector.Kernel.Tests;

public sealed partial class ProcessEvents
{
    private const long InPidNamespace = 0x20000000;
    private static readonly Lazy<Act> Processes = new(() => Live.Run("processes"));

    private static Act Act => Processes.Value;

    [Theory]
    [InlineData("fork", "fork", 0)]
    [InlineData("vfork", "clone", 134217728 | 32768)] // glibc makes it of clone or vfork
    [InlineData("clone3", "clone3", 2)]
    public void Making_a_process_is_told_for_the_caller_and_for_the_child(string key, string type, long flags)
    {
        var types = key == "vfork" ? new[] { "vfork", type } : [type];
        var parent = Assert.Single(Act.All, seen => seen.Tid == Act["pid"] && types.Contains(seen.Type) && seen["res"] == Act[key]);
        var child = Assert.Single(Act.Of(Act[key], parent.Type), seen => seen["res"] == 0);
        foreach (var seen in new[] { parent, child })
        {
            Assert.Equal(seen.Tid, seen["tid"]);
            Assert.Equal(seen.Tid, seen["pid"]);
            Assert.Equal(seen.Tid, seen["vtid"]);
            Assert.Equal(seen.Tid, seen["vpid"]);
            Assert.Equal(Programs.Acts, seen.Text("exe"));
            Assert.Equal(["processes", Act.Folder], seen.Texts("args"));
            Assert.Equal("acts", seen.Text("comm"));
            Assert.Null(seen.Text("cwd"));
            Assert.Equal(parent.Type == "vfork" ? 0 : flags, seen["flags"]);
            Assert.Equal(0, seen["uid"]);
            Assert.Equal(0, seen["gid"]);
            Assert.True(seen["fdlimit"] > 0);
            Assert.True(seen["vm_size"] > 500);
            Assert.Equal(0, seen["vm_swap"]);
        }

        Assert.Equal(Act["pid"], child["ptid"]);
        Assert.Equal(Environment.ProcessId, Thread(parent["ptid"]));
        Assert.Equal(0, parent["pidns_init_start_ts"]);
        Assert.NotEqual(0, child["pidns_init_start_ts"]);
        Assert.True(child.Time < parent.Time);
    }

    [Fact]
    public void Child_in_a_new_pid_namespace_has_two_numbers()
    {
        var child = Assert.Single(Act.Of(Act["newpid"], "clone"), seen => seen["res"] == 0);
        Assert.Equal(64 | InPidNamespace, child["flags"]);
        Assert.Equal(Act["newpid"], child["tid"]);
        Assert.Equal(1, child["vtid"]);
        Assert.Equal(1, child["vpid"]);
        var parent = Assert.Single(Act.Own("clone"), seen => seen["res"] == Act["newpid"]);
        Assert.Equal(64, parent["flags"]);
    }

    [Fact]
    public void Thread_has_its_own_id_and_its_process_s()
    {
        var child = Assert.Single(Act.All, seen => seen.Tid == Act["thread"] && seen.Type is "clone" or "clone3" && seen["res"] == 0 && seen["tid"] == Act["thread"]);
        Assert.Equal(Act["pid"], child["pid"]);
        Assert.Equal(0x280ba03, child["flags"]);
    }

    // The kernel lets the parent go on when the child gives up their common memory, which is in the middle of its exec:
    // on two CPUs either may be told first. The child itself comes before both.
    [Fact]
    public void After_vfork_the_child_is_told_before_its_exec_and_before_the_parent_s_return()
    {
        var exec = Assert.Single(Act.Of(Act["vfork"], "execve"));
        var parent = Assert.Single(Act.All, seen => seen.Tid == Act["pid"] && seen.Type is "vfork" or "clone" && seen["res"] == Act["vfork"]);
        var child = Assert.Single(Act.Of(Act["vfork"], parent.Type));
        Assert.True(child.Time < exec.Time && child.Time < parent.Time);
        var order = Act.All.ToList();
        Assert.True(order.IndexOf(child) < order.IndexOf(exec) && order.IndexOf(child) < order.IndexOf(parent));
    }

    [Fact]
    public void Exec_tells_the_new_program()
    {
        var exec = Assert.Single(Act.Of(Act["vfork"], "execve"));
        Assert.Equal(0, exec["res"]);
        Assert.Equal("vforked", exec.Text("exe"));
        Assert.Equal(["one", "two words"], exec.Texts("args"));
        Assert.Equal(["KEY=value"], exec.Texts("env"));
        Assert.Equal("true", exec.Text("comm"));
        Assert.Equal("/bin/true", exec.Text("filename"));
        Assert.Equal(new FileInfo("/bin").LinkTarget is null ? "/bin/true" : "/usr/bin/true", exec.Text("trusted_exepath"));
        Assert.Equal(Act["pid"], exec["ptid"]);
        Assert.Equal(exec.Tid, exec["pid"]);
        Assert.Equal(GetProcessGroup(0), exec["pgid"]);
        Assert.Equal(GetProcessGroup(0), exec["vpgid"]);
        Assert.Equal(1, exec["flags"]); // root may write it
        Assert.Equal(0, exec["uid"]);
        Assert.Equal(0, exec["gid"]);
        Assert.Equal(Status("CapEff"), exec["cap_effective"]);
        Assert.Equal(Status("CapPrm"), exec["cap_permitted"]);
        Assert.Equal(Status("CapInh"), exec["cap_inheritable"]);
        Assert.Equal(uint.Parse(File.ReadAllText("/proc/self/loginuid"), null), exec["loginuid"]);
        var times = Programs.Run("stat", "-L", "-c", "%i %.9Z %.9Y", "/bin/true").Replace(".", "", StringComparison.Ordinal).Split();
        Assert.Equal(times[..3].Select(long.Parse), [exec["exe_ino"], exec["exe_ino_ctime"], exec["exe_ino_mtime"]]);
    }

    [Fact]
    public void Cgroups_are_told_as_subsystem_and_path()
    {
        var exec = Assert.Single(Act.Of(Act["vfork"], "execve"));
        var told = exec.Texts("cgroups").Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Subset(new HashSet<string> { "cpuset", "cpu", "cpuacct", "io", "memory" }, told.Keys.ToHashSet());
        foreach (var line in File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':')))
        {
            foreach (var subsystem in line[1].Split(',').Select(name => name == "blkio" ? "io" : name).Where(told.ContainsKey))
            {
                Assert.Equal(line[2], told[subsystem]);
            }
        }
    }

    [Theory]
    [InlineData("execve", "/no/such/program")]
    [InlineData("execveat", null)]
    public void Exec_that_failed_tells_its_arguments(string type, string? filename)
    {
        var exec = Assert.Single(Act.Own(type), seen => seen["res"] == -2);
        Assert.Equal("vforked", exec.Text("exe"));
        Assert.Equal(["one", "two words"], exec.Texts("args"));
        Assert.Equal(["KEY=value"], exec.Texts("env"));
        Assert.Equal("acts", exec.Text("comm"));
        Assert.Equal(Programs.Acts, exec.Text("trusted_exepath"));
        if (filename is not null)
        {
            Assert.Equal(filename, exec.Text("filename"));
        }
    }

    [Theory]
    [InlineData("fork", 7 << 8, 7, 0)]
    [InlineData("clone3", 9, 0, 9)]
    [InlineData("vfork", 0, 0, 0)]
    public void End_of_a_process_is_told_with_its_status(string key, long status, long code, long signal)
    {
        var exit = Assert.Single(Act.Of(Act[key], "procexit"));
        Assert.Equal(status, exit["status"]);
        Assert.Equal(code, exit["ret"]);
        Assert.Equal(signal, exit["sig"]);
        Assert.Equal(0, exit["core"]);
        Assert.Equal(0, exit["reaper_tid"]);
    }

    [Fact]
    public void Orphans_go_to_who_asked_for_them() =>
        Assert.Equal(Act["pid"], Assert.Single(Act.Of(Act["orphaner"], "procexit"))["reaper_tid"]);

    [Fact]
    public void Exec_by_a_thread_is_told_under_the_leader_s_id()
    {
        var act = Live.Run("thread-exec");
        Assert.NotEqual(act["leader"], act["caller"]);
        var exec = Assert.Single(act.Of(act["leader"], "execve"), seen => seen.Text("exe") == "from-thread");
        Assert.Equal(act["leader"], exec["tid"]);
        Assert.Equal(act["leader"], exec["pid"]);
    }

    [Fact]
    public void Program_in_memory_is_told_as_such()
    {
        var act = Live.Run("memfd-exec");
        var exec = Assert.Single(act.Own("execve"), seen => seen.Text("exe") == "from-memory");
        Assert.Equal(1 | 4, exec["flags"]);
        Assert.Equal("memfd:evil", exec.Text("trusted_exepath"));
    }

    [Fact]
    public void Long_arguments_are_cut_and_still_end()
    {
        var act = Live.Run("long-exec");
        var exec = Assert.Single(act.Own("execve"), seen => seen.Texts("args").Length > 0 && seen.Text("exe")![0] == 'x');
        Assert.Equal(4096, exec.Values["args"].Length);
        Assert.Equal(0, exec.Values["args"][^1]);
    }

    [Fact]
    public void Calls_of_32_bit_code_are_read_as_such()
    {
        var act = Live.Run("compat");
        var open = Assert.Single(act.Own("open"), seen => seen.Text("name") == "made-by-32");
        Assert.Equal(act["open.fd"], open["fd"]);
        Assert.Equal(3 | 4 | 2048 | 16384, open["flags"] & 0x7fff);
        Assert.Contains(act.Own("close"), seen => seen["fd"] == act["open.fd"] && seen["res"] == 0);
        var connects = act.Own("connect");
        Assert.Equal(2, connects.Count);
        Assert.All(connects, seen =>
        {
            Assert.Equal(-2, seen["res"]);
            Assert.Equal(act["socket.fd"], seen["fd"]);
            Assert.Equal("\u0001/no/socket\0", Encoding.UTF8.GetString(seen.Values["addr"]));
        });
        Assert.Equal(2, act.Own("connect enter").Count);
        var exec = Assert.Single(act.Own("execve"), seen => seen.Text("filename") == "/no/32");
        Assert.Equal("first", exec.Text("exe"));
        Assert.Equal(["second"], exec.Texts("args"));
        Assert.Single(act.Own("fork"), seen => seen["res"] == act["fork"]);
        Assert.Single(act.Of(act["fork"], "fork"), seen => seen["res"] == 0);
    }

    /// <summary>The process of a thread of this program.</summary>
    private static long Thread(long tid) => Directory.Exists($"/proc/self/task/{tid}") ? Environment.ProcessId : tid == Environment.ProcessId ? tid : -1;

    private static long Status(string key) => Convert.ToInt64(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split('\t')[1], 16);

    [LibraryImport("libc", EntryPoint = "getpgid")]
    private static partial int GetProcessGroup(int pid);
}
