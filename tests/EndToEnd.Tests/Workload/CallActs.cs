using static Saker.EndToEnd.Tests.Workload.WatchedAct;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Connections, and calls that few programs make.</summary>
internal static class CallActs
{
    public static IReadOnlyList<WatchedAct> All { get; } =
    [
        OnHost("ssh-to-web-port", "/acts/ssh", "+tcp", "203.0.113.7", "443") with
        {
            Upstream = ["Disallowed SSH Connection Non Standard Port"],
            Process = "ssh",
            File = "*->203.0.113.7:443",
            Fields = [("fd.sip", "203.0.113.7"), ("fd.l4proto", "tcp")],
        },
        OnHost("shell-connects", "/acts/bash", "+tcp", "203.0.113.7", "8081") with
        {
            Upstream = ["System procs network activity"],
            Own = ["Shell connected to the network"],
            Process = "bash",
            File = "*->203.0.113.7:8081",
            Fields = [("fd.type", "ipv4")],
        },
        OnHost("call-mining-pool", "/acts/tool", "+tcp", "203.0.113.7", "3333") with
        {
            Own = ["Connection to a usual port of mining pools"],
            Process = "tool",
            File = "*->203.0.113.7:3333",
        },
        OnHost("unusual-datagram", "/acts/tool", "+udp", "203.0.113.7", "5999") with
        {
            Upstream = ["Unexpected UDP Traffic"],
            Process = "tool",
            File = "*->203.0.113.7:5999",
            Fields = [("fd.l4proto", "udp")],
        },
        OnHost("called-from-outside", "/acts/python3", "+accept", "203.0.113.7", "8082") with
        {
            Upstream = ["Unexpected inbound connection source", "Interpreted procs inbound network activity", "Interpreted procs outbound network activity"],
            Process = "python3",
            File = "*->203.0.113.7:8082",
            Fields = [("fd.l4proto", "tcp")],
        },
        OnHost("download-class", "/acts/java", "+receive", "203.0.113.7", "8083") with
        {
            Upstream = ["Java Process Class File Download"],
            Process = "java",
            File = "*->203.0.113.7:8083",
        },
        InContainer("call-node-port", "/acts/tool", "+tcp", "203.0.113.7", "30123") with
        {
            Upstream = ["Unexpected K8s NodePort Connection"],
            Process = "tool",
            File = "*->203.0.113.7:30123",
        },
        InContainer("call-metadata", "/acts/tool", "+tcp", "169.254.169.254", "80") with
        {
            Upstream = ["Contact EC2 Instance Metadata Service From Container", "Contact cloud metadata service from container"],
            Own = ["Cloud metadata service contacted from a container"],
            Process = "tool",
            File = "*->169.254.169.254:80",
        },
        InContainer("shell-on-connection", "/acts/sh", "+stdin-is", "203.0.113.7", "8084") with
        {
            Upstream = ["Redirect STDOUT/STDIN to Network Connection in Container"],
            Own = ["Shell with its standard streams on a connection"],
            Process = "sh",
            File = "*->203.0.113.7:8084",
        },
        InContainer("raw-packets", "/acts/tool", "+packet") with
        {
            Upstream = ["Packet socket created in container"],
            Process = "tool",
        },
        InContainer("runtime-socket", "/acts/tool", "+unix", "/tmp/docker.sock") with
        {
            Own = ["Container runtime's socket used from a container"],
            Process = "tool",
            File = "*/tmp/docker.sock",
        },
        OnHost("trace", "/acts/tool", "+take-over") with
        {
            Upstream = ["PTRACE attached to process"],
            Own = ["Process attached to by a debugger"],
            Process = "tool",
        },
        OnHost("refuse-tracing", "/acts/tool", "+spawn", "+traced") with
        {
            Upstream = ["PTRACE anti-debug attempt"],
            Process = "tool",
        },
        OnHost("become-another", "/acts/tool", "+as", "1") with
        {
            Upstream = ["Non sudo setuid"],
            Process = "tool",
            Fields = [("user.name", "daemon")],
        },
        OnHost("handle-page-faults", "/acts/tool", "+as", "1", "+userfault") with
        {
            Upstream = ["Unprivileged Delegation of Page Faults Handling to a Userspace Process"],
            Process = "tool",
            Fields = [("user.uid", "1")],
        },
        OnHost("load-bpf", "/acts/tool", "+bpf") with
        {
            Upstream = ["BPF Program Not Profiled"],
            Process = "tool",
        },
        InContainer("load-module", "/acts/tool", "+module") with
        {
            Upstream = ["Linux Kernel Module Injection Detected"],
            Process = "tool",
        },
        InContainer("enter-namespace", "/acts/tool", "+setns", "/proc/self/ns/uts") with
        {
            Upstream = ["Change thread namespace"],
            Own = ["Namespace entered from a container"],
            Process = "tool",
        },
        InContainer("unshare-without-power", "/acts/tool", "+unshare-without-power") with
        {
            Upstream = ["Change namespace privileges via unshare"],
            Process = "tool",
        },
    ];
}
