using Saker.Detector.Configuration;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Settings;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>Which runtimes a configuration has asked, in the words of older and newer Falcos, and which sockets there are.</summary>
public sealed class ContainerEnginesRuntimes : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-engines-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_a_word_all_engines_are_asked_where_they_usually_are()
    {
        var options = Options("priority: debug");
        Assert.Equal((100, false, true, false), (options.LabelMaxLen, options.WithSize, options.LibvirtLxc.Enabled, options.Static.Enabled));
        Assert.Equal(["/var/run/docker.sock"], options.Docker.Sockets);
        Assert.Equal(4, options.Cri.Sockets.Count);
        foreach (var socket in (string[])["var/run/docker.sock", "run/podman/podman.sock", "run/user/1000/podman/podman.sock", "run/user/0/podman/podman.sock", "run/crio/crio.sock", "run/host-containerd/containerd.sock"])
        {
            Touch(socket);
        }

        Assert.Equal(
            [
                (RuntimeEngine.Docker, "/var/run/docker.sock"), (RuntimeEngine.Podman, "/run/podman/podman.sock"), (RuntimeEngine.Podman, "/run/user/0/podman/podman.sock"),
                (RuntimeEngine.Podman, "/run/user/1000/podman/podman.sock"), (RuntimeEngine.Cri, "/run/crio/crio.sock"), (RuntimeEngine.Cri, "/run/host-containerd/containerd.sock"),
                (RuntimeEngine.Containerd, "/run/host-containerd/containerd.sock"),
            ],
            new RuntimeSockets(options, folder).Find().Select(socket => (socket.Engine, socket.Path[folder.Length..])));
    }

    [Fact]
    public void Sockets_that_somebody_named_are_missed_and_the_usual_ones_are_not()
    {
        Touch("run/mine.sock");
        var options = Options("container_engines: {docker: {sockets: [/run/mine.sock, /run/other.sock, /var/run/docker.sock]}, podman: {enabled: false, sockets: [/run/off.sock]}, cri: {sockets: [/run/*/cri.sock]}}");
        Assert.Equal([folder + "/run/other.sock", folder + "/run/*/cri.sock"], new RuntimeSockets(options, folder).FindMissing());
        Assert.Empty(new RuntimeSockets(Options("priority: debug"), folder).FindMissing());
    }

    [Fact]
    public async Task A_socket_that_comes_later_is_found_and_a_known_one_gets_no_second_client()
    {
        var sockets = new RuntimeSockets(Options("priority: debug"), folder + "/");
        Assert.Empty(sockets.Find());
        Touch("var/run/docker.sock");
        var (socket, runtime) = Assert.Single(ContainerRuntimes.Create(sockets, new HashSet<RuntimeSocket>(), new RuntimeSettings()));
        await using (runtime)
        {
            Assert.Equal($"docker ({folder}/var/run/docker.sock)", runtime.Name);
            Assert.Empty(ContainerRuntimes.Create(sockets, new HashSet<RuntimeSocket> { socket }, new RuntimeSettings()));
        }
    }

    [Fact]
    public void The_words_of_older_Falcos_are_taken()
    {
        var options = Options("""
            container_engines:
              docker: {enabled: no}
              podman: {enabled: false}
              cri: {enabled: true, sockets: [/a.sock, /b.sock], disable_async: false}
              lxc: {enabled: off}
            """);
        Assert.Equal((false, false, true, false, true), (options.Docker.Enabled, options.Podman.Enabled, options.Cri.Enabled, options.Lxc.Enabled, options.Bpm.Enabled));
        Assert.Equal(["/a.sock", "/b.sock"], options.Cri.Sockets);
        Assert.True(ContainerRuntimes.IsRecognised(options, CgroupKind.Bpm));
        Assert.False(ContainerRuntimes.IsRecognised(options, CgroupKind.Lxc));
        Assert.True(ContainerRuntimes.IsRecognised(options, CgroupKind.Runtime));
        Assert.Empty(new RuntimeSockets(options, folder).Find());
    }

    [Theory]
    [InlineData("{label_max_len: 5, with_size: true, hooks: [start], log_level: info, engines: {docker: {enabled: true, sockets: [/d.sock]}, podman: {enabled: false, sockets: []}, bpm: {enabled: false}}}")]
    [InlineData("""'{"label_max_len": 5, "with_size": true, "hooks": ["start"], "engines": {"docker": {"enabled": true, "sockets": ["/d.sock"]}, "podman": {"enabled": false, "sockets": []}, "bpm": {"enabled": false}}}'""")]
    public void The_words_of_the_plugin_are_taken_as_a_map_and_as_JSON(string config)
    {
        var options = Options($"plugins: [{{name: k8saudit, init_config: {{label_max_len: 9}}}}, {{name: container, library_path: libcontainer.so, init_config: {config}}}]\nload_plugins: [container]");
        Assert.Equal((5, true, true, false, false), (options.LabelMaxLen, options.WithSize, options.Docker.Enabled, options.Podman.Enabled, options.Bpm.Enabled));
        Assert.Equal(["/d.sock"], options.Docker.Sockets);
        var settings = ContainerRuntimes.SettingsOf(options, TimeProvider.System);
        Assert.Equal((5, true, false, true), (settings.LabelMaxLength, settings.WithSize, settings.FollowsCreate, settings.FollowsStart));
    }

    [Fact]
    public void What_both_say_is_the_plugins()
    {
        var options = Options("""
            container_engines: {docker: {enabled: false, sockets: [/old.sock]}, cri: {enabled: false}, label_max_len: 7}
            plugins: [{name: container, init_config: {engines: {docker: {enabled: true}}}}]
            """);
        Assert.Equal((true, false, 7), (options.Docker.Enabled, options.Cri.Enabled, options.LabelMaxLen));
        Assert.Equal(["/old.sock"], options.Docker.Sockets);
    }

    [Theory]
    [InlineData("container_engines: {docker: {sockets: ['unix:///a.sock']}}", "container_engines.docker.sockets", "'unix:///a.sock' is no path from the root")]
    [InlineData("container_engines: {label_max_len: -1}", "container_engines.label_max_len", "'-1' is out of range")]
    [InlineData("container_engines: {hooks: [remove]}", "container_engines.hooks", "'remove' is not one of create, start")]
    [InlineData("container_engines: {docker: 7}", "container_engines.docker", "This is a section")]
    [InlineData("container_engines: {static: {enabled: true}}", "container_engines.static.container_id", "The static container is enabled and has no id.")]
    [InlineData("plugins: [{name: container, init_config: [1]}]", "init_config", "A map belongs here, or a JSON object as a text.")]
    [InlineData("plugins: [{name: container, init_config: 'hush'}]", "init_config", "A map belongs here, or a JSON object as a text.")]
    [InlineData("plugins: [{name: container, init_config: {engines: 7}}]", "init_config.engines", "This is a section; put the engines below it, one a line.")]
    [InlineData("plugins: [{name: container, init_config: {engines: {cri: {enabled: maybe}}}}]", "container_engines.cri.enabled", "'maybe' is")]
    [InlineData("plugins: [{name: container, init_config: {engines: {dokcer: {enabled: true}}}}]", "container_engines.dokcer", "There is no such key")]
    public void A_fault_is_told_with_its_key(string yaml, string key, string message)
    {
        var fault = Assert.Single(Load(yaml).Faults.All);
        Assert.Equal(key, fault.Key);
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, fault.Source.Line);
    }

    [Theory]
    [InlineData("plugins: [{name: container, init_config: ''}]")]
    [InlineData("plugins: [{name: container, init_config: ~}]")]
    [InlineData("plugins: [{name: container, init_config: {engines: ~}}]")]
    [InlineData("plugins: [{name: container}]")]
    public void An_empty_configuration_of_the_plugin_changes_nothing(string yaml)
    {
        var options = Options(yaml);
        Assert.Equal((100, 1, 2), (options.LabelMaxLen, options.Docker.Sockets.Count, options.Podman.Sockets.Count));
    }

    [Fact]
    public void A_static_container_is_the_only_one()
    {
        var options = Options("container_engines: {static: {enabled: true, container_id: abc, container_name: web, container_image: 'nginx:1.27'}}");
        Touch("var/run/docker.sock");
        Assert.Empty(new RuntimeSockets(options, folder).Find());
        Assert.True(ContainerRuntimes.StaticContainer(options) is { Id: "abc", FullId: "abc", Name: "web", Image: "nginx:1.27", ImageRepository: "nginx", ImageTag: "1.27", Type: ContainerType.Static });
        Assert.Null(ContainerRuntimes.StaticContainer(Options("priority: debug")));
    }

    [Fact]
    public void A_switch_that_changes_nothing_is_named()
    {
        var fault = Assert.Single(Load("container_engines: {cri: {disable_async: true}}").Faults.All);
        Assert.StartsWith("Without effect in this version: container_engines.cri.disable_async (runtimes are never asked on the way of events;", fault.Message, StringComparison.Ordinal);
    }

    private ContainerEnginesOptions Options(string yaml)
    {
        var configuration = Load(yaml);
        Assert.Empty(configuration.Faults.All);
        return configuration.Options.ContainerEngines;
    }

    private DetectorConfiguration Load(string yaml)
    {
        var file = Path.Combine(folder, "falco.yaml");
        File.WriteAllText(file, yaml);
        return DetectorConfiguration.Load(file, [], new EnvironmentVariables(new Dictionary<string, string>()));
    }

    private void Touch(string path)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
    }
}
