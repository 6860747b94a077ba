using System.Security.Cryptography;
using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Detector.Events;
using Saker.Settings;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>Reads processes, users and containers as people describe them: by a name alone, or with all that is of interest.</summary>
/// <param name="builder">Gets users and containers.</param>
internal sealed class SceneReader(SceneBuilder builder)
{
    private const uint Writable = 1, UpperLayer = 2, FromMemfd = 4;
    private const int MaxAncestors = 64;
    private const uint FirstUser = 1000;

    /// <summary>Users, by what was said of them.</summary>
    public IReadOnlyList<SceneUser> Users => builder.Scene.Users;

    /// <summary>A process, when the section describes one.</summary>
    /// <param name="section">What has the keys <c>proc</c>, <c>user</c> and <c>container</c>.</param>
    /// <param name="defaults">What has them where the section does not; null for nothing.</param>
    public SceneProcess? Process(Section section, Section? defaults)
    {
        var user = User(section) ?? (defaults is null ? null : User(defaults)) ?? SceneUser.Root;
        var container = Container(section) ?? (defaults is null ? null : Container(defaults)) ?? "";
        return Process(section, "proc", user, container, 0) ?? (defaults is null ? null : Process(defaults, "proc", user, container, 0));
    }

    private SceneProcess? Process(Section section, string key, SceneUser user, string container, int depth)
    {
        switch (section.Find(key))
        {
            case null:
                return null;
            case ConfigScalar:
                return section.Text(key) is { } name ? Named(name, user, container) : null;
            case ConfigMap map when depth < MaxAncestors:
                return Described(new Section(map, section.Join(key), section.Faults), user, container, depth);
            case var other:
                section.Faults.Error(other.Source, section.Join(key), depth >= MaxAncestors ? $"A process has at most {MaxAncestors} ancestors here." : "A process belongs here: a name, or name, cmdline, parent and so on below it.");
                return null;
        }
    }

    private static SceneProcess Named(string name, SceneUser user, string container) =>
        new() { Name = name, Exe = name, ExePath = PathOf(name), User = user, ContainerId = container };

    private SceneProcess Described(Section section, SceneUser user, string container, int depth)
    {
        user = User(section) ?? user;
        container = Container(section) ?? container;
        var words = section.Text("cmdline")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (section.Has("cmdline") && section.Has("args"))
        {
            section.Fault("args", "The arguments are in 'cmdline' already; keep one of the two. 'args' as a list takes arguments with blanks in them.");
        }

        var args = section.Find("args") is ConfigScalar text ? text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : section.Texts("args")?.Select(static item => item.Text).ToArray() ?? [.. words.Skip(1)];
        var exe = section.Text("exe") ?? words.FirstOrDefault() ?? section.Text("name") ?? section.Text("exepath") ?? "";
        var name = section.Text("name") ?? Path.GetFileName(exe);
        if (name.Length == 0)
        {
            section.Faults.Error(section.Source, section.Path, "A process needs a 'name' or a 'cmdline'.");
        }

        var process = new SceneProcess
        {
            Pid = section.Number("pid", 1, int.MaxValue),
            Name = name,
            Exe = exe,
            ExePath = section.Text("exepath") ?? PathOf(exe),
            Args = Bounded(section, "args", args),
            Environment = Bounded(section, "env", section.Find("env") is ConfigMap
                ? section.Pairs("env").Select(static pair => $"{pair.Entry.Key}={pair.Value.Text}")
                : section.Texts("env")?.Select(static item => item.Text) ?? []),
            Directory = section.Text("cwd") ?? "",
            Terminal = (uint)(section.Number("tty", 0, uint.MaxValue) ?? 0),
            ExecFlags = (section.Flag("writable") ? Writable : 0) | (section.Flag("upper_layer") ? UpperLayer : 0) | (section.Flag("memfd") ? FromMemfd : 0),
            User = user,
            ContainerId = container,
            Parent = Process(section, "parent", user, container, depth + 1),
        };
        section.Finish();
        return process;
    }

    // Where a program lies of which nothing else is said.
    private static string PathOf(string exe) => exe.StartsWith('/') || exe.Length == 0 ? exe : "/usr/bin/" + exe;

    private static string Bounded(Section section, string key, IEnumerable<string> texts)
    {
        var ended = string.Concat(texts.Select(static text => text + "\0"));
        if (Encoding.UTF8.GetByteCount(ended) <= WireEvent.MaxValueBytes)
        {
            return ended;
        }

        section.Fault(key, $"They have {Encoding.UTF8.GetByteCount(ended)} bytes together; an event holds at most {WireEvent.MaxValueBytes}.");
        return "";
    }

    private SceneUser? User(Section section)
    {
        switch (section.Find("user"))
        {
            case null:
                return null;
            case ConfigScalar:
                return Known(section.Text("user") is { } text ? text : "", null, null, uint.MaxValue);
            case ConfigMap map:
                var user = new Section(map, section.Join("user"), section.Faults);
                var known = Known(
                    user.Required("name", "the user's name.") ?? "",
                    (uint?)user.Number("uid", 0, uint.MaxValue),
                    (uint?)user.Number("gid", 0, uint.MaxValue),
                    (uint?)user.Number("loginuid", 0, uint.MaxValue) ?? uint.MaxValue);
                user.Finish();
                return known;
            case var other:
                section.Faults.Error(other.Source, section.Join("user"), "A user's name belongs here, or name, uid, gid and loginuid below it.");
                return null;
        }
    }

    private SceneUser Known(string name, uint? uid, uint? gid, uint loginUid)
    {
        var users = builder.Scene.Users;
        var number = uid ?? users.Find(user => user.Name == name)?.Uid ?? Math.Max(FirstUser, users.Max(static user => user.Uid) + 1);
        var user = new SceneUser(name, number, gid ?? users.Find(known => known.Uid == number)?.Gid ?? number, loginUid);
        if (!users.Exists(known => known.Uid == number && known.Name == name))
        {
            users.Add(user with { LoginUid = uint.MaxValue });
        }

        return user;
    }

    /// <summary>The whole id of a container; empty for none, null when nothing is said.</summary>
    private string? Container(Section section)
    {
        switch (section.Find("container"))
        {
            case null:
                return null;
            case ConfigScalar { Text: "host" }:
                return "";
            case ConfigScalar name:
                return builder.Use(new ContainerRecord { Id = "", FullId = IdOf(name.Text), Type = ContainerType.Docker, Name = name.Text });
            case ConfigMap map:
                return Described(new Section(map, section.Join("container"), section.Faults));
            case var other:
                section.Faults.Error(other.Source, section.Join("container"), "A container's name belongs here, or 'host', or id, name, image and so on below it.");
                return null;
        }
    }

    private string Described(Section section)
    {
        var name = section.Text("name") ?? "";
        var image = section.Text("image") ?? "";
        var id = section.Text("id") ?? IdOf(name.Length > 0 ? name : image);
        if (id.Length is < ContainerRecord.ShortLength or > 64 || !id.All(char.IsAsciiHexDigit))
        {
            section.Fault("id", $"'{id}' is no container's id; write 12 to 64 hexadecimal digits, or leave it out.");
            id = IdOf(id);
        }

        var pod = section.Find("pod") is ConfigMap map ? new Section(map, section.Join("pod"), section.Faults) : null;
        if (pod is null && section.Find("pod") is { } wrong)
        {
            section.Faults.Error(wrong.Source, section.Join("pod"), "A pod belongs here: name, namespace and uid below it.");
        }

        var reference = ImageReference.Split(image);
        var record = new ContainerRecord
        {
            Id = "",
            FullId = id.PadRight(64, '0'),
            Type = TypeOf(section, pod is null ? ContainerType.Docker : ContainerType.Containerd),
            Name = name,
            Image = image,
            ImageRepository = reference.Repository,
            ImageTag = reference.Tag,
            ImageDigest = reference.Digest,
            Privileged = section.Flag("privileged"),
            Labels = [.. section.Pairs("labels").Select(static pair => KeyValuePair.Create(pair.Entry.Key, pair.Value.Text))
                .Concat(PodLabels(pod)).OrderBy(static label => label.Key, StringComparer.Ordinal)],
        };
        section.Finish();
        return builder.Use(record);
    }

    private static ContainerType TypeOf(Section section, ContainerType usual)
    {
        if (section.Text("type") is not { } text)
        {
            return usual;
        }

        ContainerType[] types = [ContainerType.Docker, ContainerType.Containerd, ContainerType.CriO, ContainerType.Podman];
        foreach (var type in types.Where(type => ContainerFacts.NameOf(type) == text))
        {
            return type;
        }

        section.Fault("type", $"'{text}' is not one of {string.Join(", ", types.Select(ContainerFacts.NameOf))}.");
        return usual;
    }

    private static List<KeyValuePair<string, string>> PodLabels(Section? pod)
    {
        if (pod is null)
        {
            return [];
        }

        List<KeyValuePair<string, string>> labels = [];
        foreach (var (key, label) in ((string, string)[])[("name", "io.kubernetes.pod.name"), ("namespace", "io.kubernetes.pod.namespace"), ("uid", "io.kubernetes.pod.uid")])
        {
            if (pod.Text(key) is { } value)
            {
                labels.Add(KeyValuePair.Create(label, value));
            }
        }

        pod.Finish();
        return labels;
    }

    // The same name is the same container.
    private static string IdOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
