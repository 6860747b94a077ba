using System.Text.RegularExpressions;

namespace Saker.Detector.Kernel.Tests;

/// <summary>What is told of each call of calls.c, parameter by parameter; * stands for what differs from run to run.</summary>
public sealed class Calls
{
    /// <summary>The first 80 of the bytes that were sent.</summary>
    private static readonly string Snapped = string.Concat(Enumerable.Repeat("78", 80));

    private static readonly Lazy<List<string>> Lines = new(() =>
    {
        var act = Live.RunCalls();
        return [.. act.All.Where(seen => seen.Tid == act["pid"]).Select(seen => seen.Line())];
    });

    public static TheoryData<string> Expected =>
    [
        "mkdir res=0 path=dir mode=488",
        "mkdirat res=0 dirfd=-100 path=dir/sub mode=457",
        "rename res=-2 oldpath=nothing newpath=something",
        "renameat res=0 olddirfd=-100 oldpath=dir/sub newdirfd=-100 newpath=dir/moved",
        "renameat2 res=0 olddirfd=-100 oldpath=dir/moved newdirfd=-100 newpath=dir/sub flags=1",
        "symlink res=0 target=/etc/shadow linkpath=soft",
        "symlinkat res=0 target=/etc/passwd linkdirfd=-100 linkpath=soft2",
        "link res=0 oldpath=soft newpath=hard",
        "linkat res=0 olddir=-100 oldpath=soft newdir=-100 newpath=hard2 flags=0",
        "unlink res=0 path=hard",
        "unlinkat res=0 dirfd=-100 name=dir/sub flags=512",
        "rmdir res=-2 path=no-dir",
        "chmod res=0 filename=dir mode=2541",
        "fchmod res=-9 fd=99 mode=384",
        "fchmodat res=0 dirfd=-100 filename=dir mode=448",
        "chown res=0 path=dir uid=12 gid=34",
        "lchown res=0 path=soft uid=0 gid=4294967295",
        "fchown res=-9 fd=99 uid=1 gid=2",
        "fchownat res=0 dirfd=-100 pathname=soft uid=5 gid=6 flags=1024",
        "mount res=-2 dev=none dir=/no/such type=tmpfs flags=6",
        "umount2 res=-2 name=/no/such flags=2",
        "chdir res=0 path=dir",
        "chdir res=0 path=..",
        "fchdir res=-9 fd=99",
        "chroot res=-2 path=/no/such",
        "dup res=-9 oldfd=99",
        "dup res=3 oldfd=1",
        "dup2 res=50 oldfd=1 newfd=50",
        "dup3 res=51 oldfd=1 newfd=51 flags=4096",
        "close_range res=0 first=60 last=61 flags=4",
        "fcntl res=-9 fd=99 cmd=2 arg=0",
        "fcntl res=70 fd=1 cmd=26 arg=70",
        "pipe res=0 fd1=3 fd2=4 ino=*",
        "pipe2 res=0 fd1=3 fd2=4 ino=* flags=4160",
        "pipe2 res=-22 fd1=-1 fd2=-1 ino=0 flags=0",
        "eventfd res=3 initval=7 flags=0",
        "eventfd2 res=3 flags=64 initval=5",
        "signalfd res=3 fd=-1 mask=0 flags=0",
        "signalfd4 res=3 flags=4096 fd=-1 mask=0",
        "timerfd_create res=3 clockid=1 flags=0",
        "inotify_init res=3 flags=0",
        "inotify_init1 res=3 flags=4096",
        "epoll_create res=3 size=4",
        "epoll_create1 res=3 flags=1",
        "memfd_create fd=3 name=memory flags=3",
        "pidfd_open fd=3 pid=1 flags=1",
        "pidfd_getfd fd=-9 pid_fd=99 target_fd=5 flags=0",
        "userfaultfd res=* flags=1025",
        "open_by_handle_at fd=-22 mountfd=-1 flags=1 path= dev=0 ino=0",
        "io_uring_setup res=3 entries=4 sq_entries=4 cq_entries=64 flags=48 sq_thread_cpu=0 sq_thread_idle=0 features=2047",
        "socketpair res=0 fd1=3 fd2=4 source=* peer=* domain=1 type=524290 proto=0",
        $"sendto res=100 data={Snapped} fd=3 size=100 tuple=01*00",
        $"recvfrom res=100 data={Snapped} tuple=01*00 fd=4 size=300",
        "sendmsg res=6 data=616263646566 fd=3 size=6 tuple=01*00",
        "recvmsg res=6 size=6 data=616263646566 tuple=01*00 msgcontrol= fd=4",
        "sendmmsg res=2 fd=3 size=2 data=6162 tuple=01*00",
        "sendmmsg res=4 fd=3 size=4 data=63646566 tuple=01*00",
        "recvmmsg res=2 fd=4 size=2 data=6364 tuple=01*00 msgcontrol=",
        "recvmmsg res=4 fd=4 size=4 data=63646566 tuple=01*00 msgcontrol=",
        "shutdown res=0 fd=3 how=1",
        "socket fd=3 domain=2 type=526337 proto=0 flags=4160",
        "getsockopt res=0 fd=3 level=1 optname=3 val=0201000000 optlen=4",
        "getsockopt res=0 fd=3 level=1 optname=4 val=010000000000000000 optlen=4",
        "bind res=0 addr=027f0000012fb3 fd=3",
        "listen res=0 fd=3 backlog=7",
        "accept fd=-11 tuple= queuepct=0 queuelen=0 queuemax=7",
        "socket fd=4 domain=2 type=1 proto=0 flags=0",
        "accept4 fd=5 tuple=027f000001*7f0000012fb3 queuepct=0 queuelen=0 queuemax=7 flags=4096",
        "sendto res=-9 data=6c6f7374 fd=99 size=4 tuple=",
        "socket fd=3 domain=2 type=2 proto=0 flags=0",
        "sendto res=4 data=73656c66 fd=3 size=4 tuple=027f0000012fb37f0000012fb3",
        "recvfrom res=4 data=73656c66 tuple=027f0000012fb37f0000012fb3 fd=3 size=9",
        "unlink res=-2 path=narrow",
        "umount res=-2 name=narrow",
        "chown res=-2 path=narrow uid=4294967295 gid=77",
        "chown res=-2 path=narrow uid=70000 gid=4294967295",
        "fcntl res=-9 fd=98 cmd=19 arg=0",
        "syscall ID=16 nativeID=20",
        "sendmsg res=-9 data=6e6172726f77 fd=98 size=6 tuple=",
        "recv res=-9 data= fd=97 size=3 tuple=",
        "send res=-9 data=6e6172 fd=97 size=3 tuple=",
        "socket fd=-93 domain=2 type=1 proto=77 flags=0",
        "unshare res=0 flags=0",
        "setns res=-9 fd=-1 nstype=16",
        "kill res=-3 pid=999999999 sig=15",
        "tkill res=-3 tid=999999999 sig=9",
        "tgkill res=-3 pid=999999999 tid=999999998 sig=10",
        "ptrace res=-3 addr=000000000000000000 data=000000000000000000 request=11 pid=999999999",
        "prctl res=0 option=15 arg2_str=renamed arg2_int=0",
        "prctl res=0 option=4 arg2_str= arg2_int=1",
        "bpf fd=* cmd=99",
        "init_module res=* img=696d616765 length=5 uargs=key=value",
        "finit_module res=* fd=-1 uargs=key=value flags=2",
        "delete_module res=* name=no_module flags=3",
        "setpgid res=* pid=0 pgid=999999999",
        "setsid res=*",
        "setregid res=0 rgid=4294967295 egid=5",
        "setresgid res=0 rgid=4294967295 egid=4294967295 sgid=5",
        "setgid res=0 gid=5",
        "setreuid res=0 ruid=4294967295 euid=4294967295",
        "setresuid res=0 ruid=4294967295 euid=0 suid=4294967295",
        "setuid res=0 uid=0",
        "capset res=0 cap_inheritable=0 cap_permitted=2621440 cap_effective=2621440",
        "syscall ID=16 nativeID=39",
    ];

    [Theory]
    [MemberData(nameof(Expected))]
    public void Call_is_told_with_its_parameters(string line)
    {
        var pattern = new Regex($"^{Regex.Escape(line).Replace("\\*", "[^ ]+", StringComparison.Ordinal)}$");
        Assert.True(
            Lines.Value.Exists(pattern.IsMatch),
            $"Told instead: {string.Join("\n", Lines.Value.Where(told => told.Split(' ')[0] == line.Split(' ')[0]))}");
    }

    [Fact]
    public void Every_call_with_an_event_of_its_own_is_tried()
    {
        // Those of acts.c.
        string[] elsewhere = ["clone", "clone3", "close", "connect", "creat", "execve", "execveat", "fork", "open", "openat", "openat2", "vfork"];
        var told = Expected.Select(row => row.Data.Split(' ')[0]).ToHashSet();
        Assert.Empty(Drivers.ModernEbpf.SystemCalls.All.Select(call => call.Name).Except(told).Except(elsewhere));
    }
}
