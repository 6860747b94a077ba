using Saker.Detector.Events;

namespace Saker.Detector.Tests.Fields;

/// <summary>
/// Paths that calls are given: as an argument, a relative one is told as seen from where it starts, an absolute one as it was
/// written. Fields of paths and descriptors are resolved always.
/// </summary>
public sealed class PathArguments : IDisposable
{
    private readonly FieldProbe probe = new();

    public PathArguments()
    {
        probe.Events.Exec(10, "cat", ("cwd", "/home/u/"));
        probe.Events.Open(10, 3, "/srv/files", 1025);
    }

    public void Dispose() => probe.Dispose();

    /// <summary>Every path argument of every call: event and name.</summary>
    public static TheoryData<int, string> All()
    {
        var all = new TheoryData<int, string>();
        foreach (var definition in EventTable.All)
        {
            foreach (var parameter in definition.Parameters)
            {
                if (!definition.IsOld && !definition.IsEnter && parameter.Type is ParameterType.FsPath or ParameterType.FsRelPath && definition.Name != "open_by_handle_at")
                {
                    all.Add(definition.Number, parameter.Name);
                }
            }
        }

        Assert.True(all.Count > 40);
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_absolute_path_keeps_every_character(int type, string name)
    {
        foreach (var path in (string[])["/var/www/../../etc/passwd", "//etc/./passwd", "/etc/", "/"])
        {
            Assert.Equal($"{path} {path}", Show(type, name, path));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_relative_path_is_resolved(int type, string name)
    {
        Assert.Equal("/home/etc/passwd ../etc/./passwd", Show(type, name, "../etc/./passwd"));
        Assert.Equal("<NA> <NA>", Show(type, name, "<NA>"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void All_arguments_together_show_what_a_relative_path_stands_for_and_nothing_behind_an_absolute_one(int type, string name)
    {
        Assert.Contains($"{name}=/a/../b ", Arguments(type, name, "/a/../b"), StringComparison.Ordinal);
        Assert.Contains($"{name}=b(/home/u/b) ", Arguments(type, name, "b"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_path_starts_from_the_directory_that_the_call_is_given()
    {
        Assert.Equal("/srv/x", probe.Show("evt.arg.name", EventType.UnlinkatV2Exit, 10, ("res", 0), ("dirfd", 3), ("name", "../x")));
        Assert.Equal("../x", probe.Show("evt.arg.name", EventType.UnlinkatV2Exit, 10, ("res", 0), ("dirfd", 77), ("name", "../x")));
    }

    [Theory]
    [InlineData("/a/../b", "/b /a/../b")]
    [InlineData("/a/b/", "/a/b /a/b/")] // recorded from Falco: mkdir by git
    [InlineData("a/../b", "/home/u/b a/../b")]
    [InlineData("b/", "/home/u/b b/")]
    [InlineData("..", "/home ..")]
    public void Fields_of_the_path_are_resolved_always_and_have_what_was_written_beside_them(string path, string expected)
    {
        Assert.Equal(expected, probe.Show("fs.path.name fs.path.nameraw", EventType.MkdirV2Exit, 10, ("res", 0), ("path", path)));
        Assert.Equal(expected, probe.Show("fs.path.source fs.path.sourceraw", EventType.RenameExit, 10, ("res", 0), ("oldpath", path), ("newpath", "/x")));
        Assert.Equal(expected, probe.Show("fs.path.target fs.path.targetraw", EventType.RenameExit, 10, ("res", 0), ("oldpath", "/x"), ("newpath", path)));
    }

    [Fact]
    public void The_name_of_a_descriptor_is_resolved_always_and_the_argument_beside_it_is_not()
    {
        const string fields = "fd.name fd.nameraw fs.path.name fs.path.nameraw evt.arg.name evt.rawarg.name";
        Assert.Equal("/etc/passwd /var/../etc/passwd /etc/passwd /var/../etc/passwd /var/../etc/passwd /var/../etc/passwd",
            probe.Show(fields, EventType.OpenatV2Exit, 10, ("fd", 4), ("dirfd", -100), ("name", "/var/../etc/passwd")));
        Assert.Equal("/home/etc ../etc /home/etc ../etc /home/etc ../etc",
            probe.Show(fields, EventType.OpenatV2Exit, 10, ("fd", 4), ("dirfd", -100), ("name", "../etc")));
    }

    private string Show(int type, string name, string path) =>
        probe.Show($"evt.arg.{name} evt.rawarg.{name}", (EventType)type, 10, Values(type, name, path));

    private string Arguments(int type, string name, string path) => probe.Show("evt.args", (EventType)type, 10, Values(type, name, path)) + " ";

    private static (string Name, object Value)[] Values(int type, string name, string path)
    {
        var definition = EventTable.Find(type)!;
        var parameters = definition.Parameters.ToArray();
        return [.. parameters.Where(p => p.Type == ParameterType.Fd && p.Name != "fd").Select(static p => (p.Name, (object)-100L)), (name, path), (parameters[0].Name, -2)];
    }
}
