using static Saker.EndToEnd.Tests.Workload.WatchedAct;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Everyday acts of which no rule may say anything.</summary>
internal static class InnocentActs
{
    public static IReadOnlyList<WatchedAct> All { get; } =
    [
        OnHost("list-files", "/bin/ls", "-l", "/etc"),
        OnHost("read-users", "/bin/cat", "/etc/passwd"),
        OnHost("search-text", "/usr/bin/grep", "root", "/etc/passwd"),
        OnHost("find-files", "/usr/bin/find", "/usr/share/doc", "-maxdepth", "1"),
        OnHost("pack-and-unpack", "/bin/sh", "-c", "cd /tmp && mkdir pack && cp /etc/passwd pack && tar czf pack.tgz pack && tar xzf pack.tgz && rm -r pack pack.tgz"),
        OnHost("sort", "/bin/sh", "-c", "sort /etc/passwd | uniq | wc -l > /tmp/count"),
        OnHost("compute", "/usr/bin/python3", "-c", "import json, hashlib; print(json.dumps(hashlib.sha256(b'x').hexdigest()))"),
        OnHost("edit", "/bin/sh", "-c", "cp /etc/passwd /tmp/edited && sed -i s/root/toor/ /tmp/edited && chmod 600 /tmp/edited"),
        OnHost("talk-to-itself", "/acts/tool", "+tcp", "127.0.0.1", "8090"),
        InContainer("serve-files", "/bin/cat", "/etc/hostname", "/usr/share/doc/base-files/README"),
        InContainer("work-in-temporary-folder", "/bin/sh", "-c", "mkdir /tmp/work && echo text > /tmp/work/file && mv /tmp/work/file /tmp/work/other && rm -r /tmp/work"),
        InContainer("call-neighbour", "/acts/tool", "+tcp", "127.0.0.1", "8091"),
    ];
}
