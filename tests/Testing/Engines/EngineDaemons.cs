using System.Globalization;

namespace Saker.Testing.Engines;

/// <summary>An engine with a command line like Docker's.</summary>
public abstract class CommandedEngine : EngineProcess
{
    private readonly List<string> made = [];

    protected CommandedEngine(string program, string package)
        : base(program, package)
    {
    }

    /// <summary>Runs its command line and gives what it wrote.</summary>
    public abstract Task<string> CommandAsync(params string[] arguments);

    /// <summary>Makes a container that sleeps, or starts it too, and gives its id.</summary>
    public async Task<string> MakeAsync(string verb, params string[] arguments)
    {
        var id = await CommandAsync([verb, .. verb == "run" ? ["-d"] : (string[])[], .. arguments, TinyImage.Name, "/bin/busybox", "sleep", "1000"]);
        made.Add(id);
        return id;
    }

    protected override Task LoadAsync(string image) => CommandAsync("load", "-i", image);

    protected override async Task EmptyAsync()
    {
        if (made.Count > 0)
        {
            await CommandAsync(["rm", "-f", .. made]);
        }
    }
}

/// <summary>
/// dockerd of Debian's docker.io, without a bridge and without rules for packets. Its runc leaves out the capabilities that this machine
/// has not itself: Docker gives a privileged container all that there are, and then it does not start.
/// </summary>
public sealed class DockerDaemon : CommandedEngine
{
    public DockerDaemon()
        : base("/usr/sbin/dockerd", "docker.io")
    {
        File.WriteAllText(Runtime, $"""
            #!/bin/sh
            file=
            for word; do
              case $last in --bundle) file=$word/config.json ;; --process) file=$word ;; esac
              last=$word
            done
            [ -z "$file" ] || sed -i -E '{string.Concat(MissingCapabilities().Select(static name => $"s/\"{name}\",?//g;"))}' "$file"
            exec /usr/sbin/runc "$@"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Runtime => Path.Combine(Folder, "runc");

    public override Task<string> CommandAsync(params string[] arguments) => RunAsync("/usr/bin/docker", ["-H", $"unix://{Socket}", .. arguments]);

    protected override IEnumerable<string> Arguments() =>
    [
        "--host", $"unix://{Socket}", "--data-root", $"{Folder}/data", "--exec-root", $"{Folder}/exec", "--pidfile", $"{Folder}/pid",
        "--iptables=false", "--ip6tables=false", "--bridge=none", "--exec-opt", "native.cgroupdriver=cgroupfs", "--default-ulimit", "nofile=1024:1024",
        "--add-runtime", $"here={Runtime}", "--default-runtime", "here",
    ];

    protected override async Task<bool> AnswersAsync() =>
        (await RunAsync("/usr/bin/docker", ["-H", $"unix://{Socket}", "version", "--format", "{{.Server.Version}}"], mayFail: true)).Length > 0;

    // In the order of their numbers.
    private static IEnumerable<string> MissingCapabilities()
    {
        string[] names =
        [
            "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
            "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
            "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
            "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
        ];
        var bounding = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("CapBnd:", StringComparison.Ordinal)).Split('\t')[1];
        var mask = ulong.Parse(bounding, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return names.Where((_, number) => (mask >> number & 1) == 0).Select(static name => $"CAP_{name}");
    }
}

/// <summary>The service of Debian's podman, with runc, which works in cgroups of both versions.</summary>
public sealed class PodmanService : CommandedEngine
{
    public PodmanService()
        : base("/usr/bin/podman", "podman")
    {
        var file = Path.Combine(Folder, "containers.conf");
        File.WriteAllText(file, """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            """);
        Variables = new Dictionary<string, string> { ["CONTAINERS_CONF"] = file };
    }

    protected override IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>();

    public override Task<string> CommandAsync(params string[] arguments) => RunAsync("/usr/bin/podman", [.. Places, .. arguments]);

    protected override IEnumerable<string> Arguments() => [.. Places, "system", "service", "--time=0", $"unix://{Socket}"];

    protected override Task<bool> AnswersAsync() => Task.FromResult(true);

    private string[] Places => ["--root", $"{Folder}/root", "--runroot", $"{Folder}/run", "--tmpdir", $"{Folder}/tmp"];
}

/// <summary>containerd of Debian, with its plugin for Kubernetes.</summary>
public sealed class ContainerdDaemon : EngineProcess
{
    /// <summary>A namespace that is not Kubernetes'.</summary>
    public const string Namespace = "saker-test";

    private readonly List<string> made = [];

    public ContainerdDaemon()
        : base("/usr/bin/containerd", "containerd") =>
        File.WriteAllText(Path.Combine(Folder, "config.toml"), $$"""
            version = 2
            root = "{{Folder}}/root"
            state = "{{Folder}}/state"
            [grpc]
              address = "{{Socket}}"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{{TinyImage.Name}}"
              disable_apparmor = true
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "{{Folder}}/cni"
                conf_dir = "{{Folder}}/cni"
            """);

    /// <summary>Runs its command line in a namespace.</summary>
    public Task<string> CommandAsync(string place, params string[] arguments) => RunAsync("/usr/bin/ctr", ["-a", Socket, "-n", place, .. arguments]);

    /// <summary>Starts a container that sleeps.</summary>
    public async Task StartAsync(string id, params string[] arguments)
    {
        await CommandAsync(Namespace, ["run", "-d", .. arguments, TinyImage.Name, id, "/bin/busybox", "sleep", "1000"]);
        made.Add(id);
    }

    protected override IEnumerable<string> Arguments() => ["-c", Path.Combine(Folder, "config.toml")];

    protected override async Task<bool> AnswersAsync() => (await RunAsync("/usr/bin/ctr", ["-a", Socket, "version"], mayFail: true)).Contains("Server:", StringComparison.Ordinal);

    protected override async Task LoadAsync(string image)
    {
        await CommandAsync(Namespace, "images", "import", image);
        await CommandAsync("k8s.io", "images", "import", image);
    }

    protected override async Task EmptyAsync()
    {
        foreach (var id in made)
        {
            await CommandAsync(Namespace, "task", "rm", "-f", id);
            await CommandAsync(Namespace, "container", "rm", id);
        }
    }
}
