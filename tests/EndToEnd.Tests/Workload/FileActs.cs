using static Saker.EndToEnd.Tests.Workload.WatchedAct;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Acts upon files.</summary>
internal static class FileActs
{
    public static IReadOnlyList<WatchedAct> All { get; } =
    [
        OnHost("read-passwords", "/acts/thief", "+open", "/etc/shadow", "r") with
        {
            Upstream = ["Read sensitive file untrusted"],
            Own = ["Password file read by untrusted program"],
            Process = "thief",
            File = "/etc/shadow",
        },
        OnHost("read-passwords-by-detour", "/acts/thief", "+open", "/usr/../usr/../etc/shadow", "r") with
        {
            Upstream = ["Directory traversal monitored file read"],
            Process = "thief",
            File = "/etc/shadow",
        },
        OnHost("read-passwords-late", "/acts/nginx", "+old", "5200", "+open", "/etc/shadow", "r") with
        {
            Slow = true,
            Upstream = ["Read sensitive file trusted after startup"],
            Process = "nginx",
            File = "/etc/shadow",
        },
        OnHost("read-ssh-key", "/acts/thief", "+open", "/home/ann/.ssh/id_ed25519", "r") with
        {
            Upstream = ["Read ssh information"],
            Own = ["SSH private key read by untrusted program"],
            Process = "thief",
            File = "/home/ann/.ssh/id_ed25519",
        },
        OnHost("read-shell-configuration", "/acts/thief", "+open", "/home/ann/.bashrc", "r") with
        {
            Upstream = ["Read Shell Configuration File"],
            Process = "thief",
            File = "/home/ann/.bashrc",
        },
        OnHost("read-cloud-credentials", "/acts/thief", "+open", "/home/ann/.aws/credentials", "r") with
        {
            Own = ["Credentials file of a cloud or cluster read"],
            Process = "thief",
            File = "/home/ann/.aws/credentials",
        },
        OnHost("load-backdoor", "/acts/sshd", "+open", "/tmp/liblzma.so.5.6.1", "r") with
        {
            Upstream = ["Backdoored library loaded into SSHD (CVE-2024-3094)"],
            Process = "sshd",
            File = "/tmp/liblzma.so.5.6.1",
        },
        OnHost("write-configuration", "/acts/intruder", "+open", "/etc/intruder.conf", "c") with
        {
            Upstream = ["Write below etc"],
            Process = "intruder",
            File = "/etc/intruder.conf",
        },
        OnHost("write-preload", "/acts/intruder", "+open", "/etc/ld.so.preload", "c") with
        {
            Upstream = ["Write below etc"],
            Own = ["Preload file written"],
            Process = "intruder",
            File = "/etc/ld.so.preload",
        },
        OnHost("write-job", "/acts/intruder", "+open", "/etc/cron.d/intruder", "c") with
        {
            Upstream = ["Schedule Cron Jobs"],
            Own = ["Scheduled job written"],
            Process = "intruder",
            File = "/etc/cron.d/intruder",
        },
        OnHost("write-package-sources", "/acts/intruder", "+open", "/etc/apt/sources.list.d/intruder.list", "c") with
        {
            Upstream = ["Update Package Repository"],
            Process = "intruder",
            File = "/etc/apt/sources.list.d/intruder.list",
        },
        OnHost("write-shell-configuration", "/acts/intruder", "+open", "/home/ann/.profile", "c") with
        {
            Upstream = ["Modify Shell Configuration File"],
            Process = "intruder",
            File = "/home/ann/.profile",
        },
        OnHost("write-login-keys", "/acts/intruder", "+open", "/home/ann/.ssh/authorized_keys", "c") with
        {
            Upstream = ["Adding ssh keys to authorized_keys"],
            Own = ["Keys for SSH logins written"],
            Process = "intruder",
            File = "/home/ann/.ssh/authorized_keys",
        },
        OnHost("write-program", "/acts/intruder", "+open", "/usr/bin/intruder", "c") with
        {
            Upstream = ["Write below binary dir"],
            Own = ["Program directory written"],
            Process = "intruder",
            File = "/usr/bin/intruder",
        },
        OnHost("write-library", "/acts/intruder", "+open", "/usr/lib/libintruder.so", "c") with
        {
            Upstream = ["Write below monitored dir"],
            Process = "intruder",
            File = "/usr/lib/libintruder.so",
        },
        OnHost("write-below-root", "/acts/intruder", "+open", "/root/intruder", "c") with
        {
            Upstream = ["Write below root"],
            Process = "intruder",
            File = "/root/intruder",
        },
        OnHost("write-package-database", "/acts/intruder", "+open", "/var/lib/rpm/Packages", "c") with
        {
            Upstream = ["Write below rpm database"],
            Process = "intruder",
            File = "/var/lib/rpm/Packages",
        },
        OnHost("write-device", "/acts/intruder", "+open", "/dev/intruder", "c") with
        {
            Upstream = ["Create files below dev"],
            Process = "intruder",
            File = "/dev/intruder",
        },
        OnHost("remove-program", "/bin/rm", "/usr/bin/doomed") with
        {
            Upstream = ["Modify binary dirs"],
            Process = "rm",
        },
        OnHost("make-program-folder", "/bin/mkdir", "/usr/sbin/intruder.d") with
        {
            Upstream = ["Mkdir binary dirs"],
            Process = "mkdir",
        },
        OnHost("make-hidden-folder", "/bin/mkdir", "/tmp/.intruder") with
        {
            Upstream = ["Create Hidden Files or Directories"],
            Process = "mkdir",
        },
        OnHost("empty-log", "/acts/intruder", "+open", "/var/log/auth.log", "t") with
        {
            Upstream = ["Clear Log Activities"],
            Process = "intruder",
            File = "/var/log/auth.log",
        },
        OnHost("delete-history", "/bin/rm", "/home/ann/.bash_history") with
        {
            Upstream = ["Delete or rename shell history"],
            Own = ["Shell history deleted"],
            Process = "rm",
            Fields = [("fs.path.name", "/home/ann/.bash_history")],
        },
        OnHost("link-to-passwords", "/bin/ln", "-s", "/etc/shadow", "/tmp/soft") with
        {
            Upstream = ["Create Symlink Over Sensitive Files"],
            Process = "ln",
            Fields = [("evt.arg.target", "/etc/shadow"), ("evt.arg.linkpath", "/tmp/soft")],
        },
        OnHost("hard-link-to-passwords", "/bin/ln", "/etc/shadow", "/etc/hard") with
        {
            Upstream = ["Create Hardlink Over Sensitive Files"],
            Process = "ln",
            Fields = [("evt.arg.oldpath", "/etc/shadow"), ("evt.arg.newpath", "/etc/hard")],
        },
        OnHost("set-user-id", "/bin/chmod", "u+s", "/home/ann/tool") with
        {
            Upstream = ["Set Setuid or Setgid bit"],
            Own = ["Set-user-ID bit set"],
            Process = "chmod",
            Fields = [("fs.path.name", "/home/ann/tool")],
        },
        InContainer("make-runnable", "/bin/chmod", "+x", "/home/ann/dropped") with
        {
            Upstream = ["Container Drift Detected (chmod)"],
            Process = "chmod",
        },
        InContainer("make-program", "/acts/intruder", "+open", "/home/ann/program", "x") with
        {
            Upstream = ["Container Drift Detected (open+create)"],
            Process = "intruder",
            File = "/home/ann/program",
        },
        InContainer("write-release-agent", "/acts/intruder", "+open", "/tmp/release_agent", "c") with
        {
            Upstream = ["Detect release_agent File Container Escapes"],
            Own = ["Kernel told to run a program of a container"],
            Process = "intruder",
            File = "/tmp/release_agent",
        },
        InContainer("write-own-program", "/acts/intruder", "+open", "/proc/self/fd/1", "w") with
        {
            Upstream = ["Modify Container Entrypoint"],
            Process = "intruder",
            File = "/proc/self/fd/1",
        },
        InContainer("read-environment", "/acts/thief", "+open", "/proc/self/environ", "r") with
        {
            Upstream = ["Read environment variable from /proc files"],
            Process = "thief",
            File = "/proc/self/environ",
        },
        InContainer("read-through-first-process", "/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "/acts/thief", "+open", "/proc/1/root/etc/hostname", "r") with
        {
            Own = ["Host's files reached through another process"],
            Process = "thief",
            Fields = [("fd.nameraw", "/proc/1/root/etc/hostname")],
        },
        InContainer("read-disk", "/acts/thief", "+open", "/dev/sda", "r") with
        {
            Upstream = ["Privileged Container Device Access"],
            Process = "thief",
            File = "/dev/sda",
        },
        InContainer("read-host-files", "/acts/thief", "+open", "/host/etc/hostname", "r") with
        {
            Upstream = ["Container Access to Host Sensitive Paths"],
            Process = "thief",
            File = "/host/etc/hostname",
        },
        InContainer("read-service-account", "/acts/cat", "+open", "/var/run/secrets/kubernetes.io/serviceaccount/token", "r") with
        {
            Own = ["Kubernetes service account token read by a shell or download tool"],
            Process = "cat",
            File = "/var/run/secrets/kubernetes.io/serviceaccount/token",
        },
        InContainer("copy-out", "/acts/runc", "+spawn", "/acts/tar", "+open", "/home/ann/letter", "r") with
        {
            Upstream = ["Exfiltrating Artifacts via Kubernetes Control Plane"],
            Process = "tar",
            File = "/home/ann/letter",
        },
        InContainer("mount", "/bin/mount", "-t", "tmpfs", "none", "/mnt") with
        {
            Own = ["File system mounted in a container"],
            Process = "mount",
        },
    ];
}
