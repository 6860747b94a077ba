using System.Text;
using Saker.Detector.Events;

namespace Saker.Detector.Tests.Fields;

/// <summary>Known events, and the value of each field of a family on them.</summary>
public sealed class FieldFamilies : IDisposable
{
    private const ulong Second = 1_000_000_000;

    private readonly FieldProbe probe = new();

    public FieldFamilies()
    {
        probe.State.Users.Set(0, 0, "root"u8, "/root"u8, "/bin/sh"u8);
        probe.State.Users.Set(33, 33, "www"u8, "/var/www"u8, "/bin/false"u8);
        probe.State.Users.Set(33, "web"u8);
        probe.Events.Exec(1, "systemd", ("cgroups", Texts("cpu=/")));
        probe.Events.Clone(1, 10);
        probe.Events.Exec(10, "bash", ("cgroups", Texts("cpu=/")), ("uid", 33), ("gid", 33), ("loginuid", 33));
        probe.Events.Clone(10, 11);
        probe.Events.Send(EventType.ExecveV19Exit, 11, ("res", 0), ("exe", "./serve"), ("args", Texts("-v", "two words")), ("tid", 11), ("pid", 11), ("ptid", 10),
            ("fdlimit", 200), ("vm_size", 4000), ("vm_rss", 300), ("vm_swap", 7), ("comm", "serve"), ("cgroups", Texts("cpu=/", "memory=/a/b")),
            ("env", Texts("HOME=/var/www", "LANG=C")), ("tty", 34817), ("vpgid", 11), ("loginuid", 33), ("flags", 1), ("cap_inheritable", 0), ("cap_permitted", 3),
            ("cap_effective", 1L << 21), ("exe_ino", 77), ("exe_ino_ctime", (long)Second), ("exe_ino_mtime", 2 * (long)Second), ("uid", 33),
            ("trusted_exepath", "/srv/serve"), ("pgid", 11), ("gid", 33));
        probe.Events.Send(EventType.ChdirExit, 11, ("res", 0), ("path", "/srv/"));
    }

    public void Dispose() => probe.Dispose();

    [Fact]
    public void Process()
    {
        Assert.Equal("serve ./serve /srv/serve|-v two words|serve -v two words|./serve -v two words|/srv/", On(
            "proc.name proc.exe proc.exepath", "proc.args", "proc.cmdline", "proc.exeline", "proc.cwd"));
        Assert.Equal("-v|two words|2 11", On("proc.args[0]", "proc.args[1]", "proc.cmdnargs proc.cmdlenargs"));
        Assert.Equal("HOME=/var/www LANG=C|C|", On("proc.env", "proc.env[LANG]", "proc.env[NONE]"));
        Assert.Equal("11 11 34817 11 11 200", On("proc.pid proc.vpid proc.tty proc.pgid proc.vpgid proc.fdlimit"));
        Assert.Equal("4000 300 7 1 0", On("proc.vmsize proc.vmrss proc.vmswap proc.nthreads proc.nchilds"));
        Assert.Equal("true false false false true true", On("proc.is_exe_writable proc.is_exe_upper_layer proc.is_exe_lower_layer proc.is_exe_from_memfd proc.is_vpgid_leader proc.is_pgid_leader"));
        Assert.Equal("77 1000000000 2000000000", On("proc.exe_ino proc.exe_ino.ctime proc.exe_ino.mtime"));
    }

    [Fact]
    public void Descriptors_of_the_process()
    {
        probe.Events.Open(11, 0, "/dev/pts/0");
        probe.Events.Open(11, 1, "/log");
        Assert.Equal("2 1.0 1 file /dev/pts/0 file /log <NA>", On(
            "proc.fdopencount proc.fdusage") + " " + probe.ShowJson("proc.fdusage", EventType.CloseExit, 11, ("res", 0), ("fd", 9)) + " "
            + On("proc.stdin.type proc.stdin.name proc.stdout.type proc.stdout.name proc.stderr.name"));
    }

    [Fact]
    public void Ancestors()
    {
        Assert.Equal("bash bash 10 10 bash", On("proc.pname proc.pexe proc.ppid proc.pvpid proc.pcmdline"));
        Assert.Equal("serve bash systemd <NA>", On("proc.aname[0] proc.aname[1] proc.aname[2] proc.aname[3]"));
        Assert.Equal("11 10 1|bash systemd|10", On("proc.apid[0] proc.apid[1] proc.apid[2]", "proc.aname", "proc.loginshellid"));
    }

    [Fact]
    public void Thread_user_and_group()
    {
        Assert.Equal("11 11 true", On("thread.tid thread.vtid thread.ismain"));
        Assert.Equal("CAP_CHOWN CAP_DAC_OVERRIDE|CAP_SYS_ADMIN||cpu=/ memory=/a/b|/a/b|<NA>", On(
            "thread.cap_permitted", "thread.cap_effective", "thread.cap_inheritable", "thread.cgroups", "thread.cgroup.memory", "thread.cgroup.pids"));
        Assert.Equal("33 www /var/www /bin/false 33 www 33 web", On(
            "user.uid user.name user.homedir user.shell user.loginuid user.loginname group.gid group.name"));
    }

    [Fact]
    public void Without_a_name_a_user_is_not_known_and_without_a_login_is_minus_one()
    {
        probe.Events.Exec(10, "x", ("uid", 4000), ("gid", 4000), ("loginuid", -1));
        Assert.Equal("4000 <NA> -1 <NA> 4000 <NA>", probe.Show(
            "user.uid user.name user.loginuid user.loginname group.gid group.name", EventType.CloseExit, 10, ("res", 0), ("fd", 3)));
    }

    [Fact]
    public void Container()
    {
        const string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        Assert.Equal("host host host host false", On("container.id container.full_id container.name container.type container.privileged"));
        probe.Events.Exec(10, "x", ("cgroups", Texts("cpu=/docker/" + id)));
        Assert.Equal($"0123456789ab {id} <NA> <NA> 0123456789ab:/f", probe.Show(
            "container.id container.full_id container.name container.privileged fd.containername", EventType.OpenatV2Exit, 10, ("fd", 3), ("dirfd", -100), ("name", "/f")));
    }

    [Fact]
    public void Event()
    {
        const string fields = "evt.type evt.dir evt.source evt.category syscall.type evt.res evt.rawres evt.failed evt.is_io evt.is_wait evt.count.error";
        Assert.Equal("openat < syscall file openat SUCCESS 3 false false false 0", probe.Show(fields, EventType.OpenatV2Exit, 11, ("fd", 3), ("dirfd", -100), ("name", "/f"), ("flags", 1)));
        Assert.Equal("openat < syscall file openat EACCES -13 true false false 1", probe.Show(fields, EventType.OpenatV2Exit, 11, ("fd", -13), ("dirfd", -100), ("name", "/f"), ("flags", 1)));
        Assert.Equal("read < syscall file read SUCCESS 4 false true false 0", probe.Show(fields, EventType.ReadExit, 11, ("res", 4), ("fd", 3), ("data", "abcd"u8.ToArray())));
    }

    [Theory]
    [InlineData(1, "true false false")]
    [InlineData(2, "false true false")]
    [InlineData(3, "true true false")]
    [InlineData(2 | 4 | 16384, "false true true")]
    public void Opens_are_told_by_what_they_are_for(int flags, string expected) => Assert.Equal(expected, probe.Show(
        "evt.is_open_read evt.is_open_write evt.is_open_create", EventType.OpenatV2Exit, 11, ("fd", 3), ("dirfd", -100), ("name", "/f"), ("flags", flags)));

    [Fact]
    public void Time()
    {
        var text = probe.Show("evt.time evt.time.s evt.datetime evt.datetime.s evt.time.iso8601 evt.rawtime.s", EventType.CloseExit, 11, ("res", 0), ("fd", 3));
        Assert.Matches("^00:00:01\\.0000[0-9]{5} 00:00:01 1970-01-01 00:00:01\\.0000[0-9]{5} 1970-01-01 00:00:01 1970-01-01T00:00:01\\.0000[0-9]{5}\\+0000 1$", text);
    }

    [Fact]
    public void Polled_descriptors()
    {
        probe.Events.Open(11, 3, "/a");
        byte[] list = [2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 4, 0];
        Assert.Equal("3,9 /a,<NA> 3:f1 9:o4", probe.Show("fdlist.nums fdlist.names evt.arg.fds", EventType.PollExit, 11, ("res", 1), ("fds", list)));
    }

    [Fact]
    public void Descriptor()
    {
        const string fields = "fd.num fd.name fd.directory fd.filename fd.type fd.typechar fd.ino fd.dev.major fd.dev.minor";
        Assert.Equal("3 /srv/data/f /srv/data f file f 99 8 1", probe.Show(fields, EventType.OpenatV2Exit, 11,
            ("fd", 3), ("dirfd", -100), ("name", "data/f"), ("flags", 1), ("dev", 0x801), ("ino", 99)));
        Assert.Equal("-1 /srv/data/g <NA>", probe.Show("fd.num fd.name fd.type", EventType.OpenatV2Exit, 11, ("fd", -2), ("dirfd", -100), ("name", "data/g"), ("flags", 1)));
    }

    [Fact]
    public void Absent_values_are_null_in_json_and_numbers_are_numbers()
    {
        Assert.Equal("null \"serve\" 11 true [\"file\"]", probe.ShowJson("fd.cip proc.name proc.pid thread.ismain fd.types", EventType.OpenatV2Exit, 11, ("fd", 3), ("dirfd", -100), ("name", "/f")));
    }

    private static byte[] Texts(params string[] texts) => Encoding.UTF8.GetBytes(string.Concat(texts.Select(static text => text + "\0")));

    /// <summary>The fields on a close by the process, each group after a bar.</summary>
    private string On(params string[] groups) =>
        string.Join('|', groups.Select(group => probe.Show(group, EventType.CloseExit, 11, ("res", 0), ("fd", 9))));
}
