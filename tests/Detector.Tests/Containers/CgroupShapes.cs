using System.Text;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Containers;

/// <summary>The container that a cgroup's path names, beside what Falco makes of it.</summary>
public sealed class CgroupShapes
{
    // Where Falco is plainly wrong, as docs/falco-differences.md says.
    private static readonly Dictionary<string, string> ours = new(StringComparer.Ordinal)
    {
        ["docker_init_scope_inside"] = "0123456789ab", // systemd in a container has cgroups of its own below it
        ["podman_nested_systemd"] = "0123456789ab",
        ["libvirt_lxc_systemd"] = @"2293906\x2dlibvirt\x2dcontainer", // Falco takes these for containerd's, and cuts the name
        ["libvirt_lxc_dot"] = "container",
        ["libvirt_lxc_legacy"] = "container",
        ["nspawn"] = "web",
    };

    public static TheoryData<string, string, string, string> Recorded() =>
        [.. RecordedData.Lines("plugins", "container", "cgroups.tsv").Skip(1).Select(static line => line.Split('\t')).Select(static parts => (parts[0], parts[1], parts[2], parts[3]))];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_path_names_its_container(string shape, string path, string id, string matcher)
    {
        var entry = new ContainerTable().Of(Encoding.UTF8.GetBytes($"cpu={path}\0memory=/\0"));
        Assert.Equal(ours.GetValueOrDefault(shape, id), Encoding.UTF8.GetString(entry.OwnId));
        // Of what only looks like containerd's, that one has the word.
        var isConfirmed = ours.ContainsKey(shape) || matcher != "containerd" || shape == "lxc_cgroupfs";
        Assert.Equal(isConfirmed ? ours.GetValueOrDefault(shape, id) : "host", Encoding.UTF8.GetString(entry.Id));
    }

    [Theory]
    [InlineData("cpu=/\0memory=/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\0", "0123456789ab", "runtime")]
    [InlineData("cpu=/default/web\0memory=/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\0", "0123456789ab", "runtime")]
    [InlineData("cpuset=/machine.slice/machine-web.scope\0", "web", "systemdnspawn")]
    [InlineData("cpuset=/machine.slice/machine-qemu\\x2d1\\x2dvm.scope\0", "host", "none")]
    [InlineData("cpuset=/user.slice/session-1.scope\0", "host", "none")]
    [InlineData("", "host", "none")]
    [InlineData("cpu=/lxc/\0", "host", "none")]
    [InlineData("=/lxc.payload./x\0", "host", "none")]
    [InlineData("cpu=", "host", "none")]
    public void The_first_path_that_names_one_counts(string cgroups, string id, string kind)
    {
        var entry = new ContainerTable().Of(Encoding.UTF8.GetBytes(cgroups));
        Assert.Equal((id, kind), (Encoding.UTF8.GetString(entry.OwnId), entry.Kind.ToString().ToLowerInvariant()));
    }
}
