using Saker.Detector.Events;

namespace Saker.Detector.Tests.RuleTools;

/// <summary>Events that people write are real events, and give fields the values that a kernel's would.</summary>
public sealed class WrittenScenes : IDisposable
{
    private readonly RuleToolRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task A_process_has_its_ancestors_user_container_and_descriptors()
    {
        await MatchesAsync(
            """
            proc:
              cmdline: /usr/local/bin/python3 app.py --port 80
              cwd: /srv
              env: {HOME: /root, A: b c}
              tty: 34816
              pid: 4711
              parent: {cmdline: sh -c run, parent: {name: containerd-shim, container: host, user: root}}
            user: {name: app, uid: 1234, gid: 99, loginuid: 1000}
            container:
              name: web
              id: 0123456789ab
              image: registry.example:5000/team/app:1.2
              privileged: true
              labels: {tier: front}
              pod: {name: web-0, namespace: prod, uid: u-1}
            """,
            "{event: openat, params: {name: data/x, flags: O_RDWR|O_CREAT, mode: \"0644\"}, time: \"2026-03-04T05:06:07.5Z\"}",
            """
            proc.name: python3
            proc.exe: /usr/local/bin/python3
            proc.exepath: /usr/local/bin/python3
            proc.cmdline: python3 app.py --port 80
            proc.args: app.py --port 80
            proc.cwd: /srv/
            proc.env[A]: b c
            proc.tty: "34816"
            proc.pid: "4711"
            proc.pname: sh
            proc.pcmdline: sh -c run
            proc.aname[2]: containerd-shim
            user.name: app
            user.uid: "1234"
            user.loginuid: "1000"
            group.gid: "99"
            container.id: 0123456789ab
            container.name: web
            container.type: containerd
            container.image: registry.example:5000/team/app:1.2
            container.image.repository: registry.example:5000/team/app
            container.image.tag: "1.2"
            container.privileged: "true"
            container.label[tier]: front
            k8s.pod.name: web-0
            k8s.ns.name: prod
            k8s.pod.uid: u-1
            fd.name: /srv/data/x
            fd.num: "3"
            fd.type: file
            evt.type: openat
            evt.is_open_write: "true"
            evt.rawres: "3"
            evt.arg.flags: O_CREAT|O_RDWR
            evt.arg.mode: "0644"
            evt.time.s: "05:06:07"
            """);
    }

    [Theory]
    [InlineData("{event: connect, params: {addr: \"192.0.2.7:443\"}}", "fd.name: 10.0.0.2:40000->192.0.2.7:443\nfd.sip: 192.0.2.7\nfd.sport: \"443\"\nfd.type: ipv4\nfd.l4proto: tcp\nfd.connected: \"true\"")]
    [InlineData("{event: connect, params: {addr: \"[2001:db8::7]:443\", res: EINPROGRESS}}", "fd.sip: 2001:db8::7\nfd.type: ipv6\nevt.res: EINPROGRESS")]
    [InlineData("{event: connect, params: {addr: /run/x.sock}}", "fd.type: unix")]
    [InlineData("{event: sendto, fd: {connection: \"10.0.0.5:53000->192.0.2.53:53\", protocol: udp, num: 9}, params: {data: abc, size: 3, res: 3}}", "fd.name: 10.0.0.5:53000->192.0.2.53:53\nfd.l4proto: udp\nfd.num: \"9\"\nevt.arg.data: abc\nevt.rawres: \"3\"")]
    [InlineData("{event: read, fd: /etc/hosts}", "fd.name: /etc/hosts\nevt.is_io_read: \"true\"")]
    [InlineData("{event: fchmod, fd: {directory: /srv}, params: {mode: S_IRUSR|S_ISUID}}", "fd.type: directory\nevt.arg.mode: S_IRUSR|S_ISUID")]
    [InlineData("{event: unlinkat, params: {name: x}, proc: {name: rm, cwd: /tmp}}", "fs.path.name: /tmp/x\nproc.name: rm")]
    [InlineData("{event: kill, params: {pid: 7, sig: SIGKILL}}", "evt.arg.sig: SIGKILL\nevt.arg.pid: \"7\"")]
    [InlineData("{event: setuid, user: {name: mallory, uid: 66}, proc: su, params: {uid: root}}", "evt.arg.uid: root\nuser.name: root")]
    [InlineData("{event: getsid}", "evt.type: getsid")]
    [InlineData("{event: execve, proc: {cmdline: ls -l, upper_layer: true, memfd: true, writable: true, parent: bash}}", "proc.is_exe_upper_layer: \"true\"\nproc.is_exe_from_memfd: \"true\"\nproc.is_exe_writable: \"true\"\nproc.exepath: /usr/bin/ls\nproc.pname: bash")]
    public async Task An_event_tells_what_was_written_and_what_the_kernel_adds(string written, string fields) =>
        await MatchesAsync("proc: {name: app}", written, fields);

    [Fact]
    public async Task What_happens_changes_what_comes_later()
    {
        rig.Write("rules.yaml", "- rule: Any\n  desc: d\n  condition: evt.type in (write, openat)\n  output: '%proc.name'\n  priority: INFO\n");
        var (code, output, error) = await RuleToolRig.RunAsync("test", rig.Write("cases.yaml", """
            rules: rules.yaml
            cases:
              - name: a program opens, becomes another one, and writes
                events:
                  - {event: openat, proc: {name: sh, pid: 50}, params: {name: /tmp/x, flags: O_WRONLY}}
                  - {event: execve, proc: {cmdline: cat -, pid: 50}}
                  - {event: write, proc: {cmdline: cat -, pid: 50}, fd: 3}
                expect:
                  - {rule: Any, count: 1, fields: {proc.name: sh}}
                  - {rule: Any, count: 1, fields: {proc.name: cat, fd.name: /tmp/x}}
            """));
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task Every_event_that_a_call_can_end_with_can_be_written()
    {
        var names = EventTable.All.Where(static definition => definition is { IsEnter: false, IsOld: false } && (definition.Category & EventCategory.Syscall) != 0
                && (definition.Flags & EventFlags.Unused) == 0 && definition.Name is not ("NA" or "syscall")).Select(static definition => definition.Name)
            .Concat(EventTable.SystemCalls.Select(static call => call.Name)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(names.Count > 300, $"{names.Count} events");
        rig.Write("rules.yaml", "- rule: Any\n  desc: d\n  condition: evt.num >= 0\n  output: '%evt.type'\n  priority: INFO\n");
        var cases = string.Join('\n', names.Select(static name => $"  - {{name: {name}, proc: app, events: [{{event: {name}}}], expect: [{{rule: Any, count: 1, fields: {{evt.type: {name}}}}}]}}"));
        var (code, output, error) = await RuleToolRig.RunAsync("test", rig.Write("cases.yaml", $"rules: rules.yaml\ncases:\n{cases}\n"));
        Assert.True(code == 0, error + string.Join('\n', output.Split('\n').Where(static line => !line.StartsWith("ok ", StringComparison.Ordinal))));
    }

    private async Task MatchesAsync(string process, string written, string fields)
    {
        rig.Write("rules.yaml", "- rule: Any\n  desc: d\n  condition: evt.num >= 0\n  output: '%evt.type'\n  priority: INFO\n");
        var (code, output, error) = await RuleToolRig.RunAsync("test", rig.Write("cases.yaml", $"""
            rules: rules.yaml
            cases:
              - name: it
            {Indented(process, 4)}
                events:
                  - {written}
                expect:
                  - rule: Any
                    count: 1
                    fields:
            {Indented(fields, 10)}
            """));
        Assert.True(code == 0, output + error);
    }

    private static string Indented(string text, int by) => string.Join('\n', text.Split('\n').Select(line => new string(' ', by) + line));
}
