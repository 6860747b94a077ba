using System.Text;
using Saker.Detector.Events;

namespace Saker.Detector.Tests.Fields;

/// <summary>Parameters of every type and print format as Falco writes them.</summary>
public sealed class ArgumentValues : IDisposable
{
    private readonly FieldProbe probe = new();

    public ArgumentValues()
    {
        probe.Events.Exec(10, "cat", ("cwd", "/home/u/"), ("cgroups", Encoding.UTF8.GetBytes("cpu=/\0")));
        probe.Events.Open(10, 3, "/f");
        probe.State.Users.Set(0, 0, "root"u8, "/root"u8, "/bin/sh"u8);
        probe.State.Users.Set(4, "adm"u8);
    }

    public void Dispose() => probe.Dispose();

    [Fact]
    public void An_owner_that_is_left_alone_is_minus_one()
    {
        Assert.Equal("res=0 fd=3(<f>/f) uid=-1 gid=-1", probe.Show("evt.args", EventType.FchownExit, 10, ("res", 0), ("fd", 3), ("uid", -1), ("gid", -1)));
        Assert.Equal("-1 1000 4294967295", probe.Show("evt.arg.uid evt.arg.gid evt.rawarg.uid", EventType.ChownExit, 10, ("res", 0), ("path", "/f"), ("uid", -1), ("gid", 1000)));
    }

    [Theory]
    [InlineData(0, "res=0 uid=0(root)")]
    [InlineData(-1, "res=0 uid=-1(<NONE>)")]
    [InlineData(77, "res=0 uid=77(<NA>)")]
    public void A_user_is_told_with_its_name(int uid, string expected) =>
        Assert.Equal(expected, probe.Show("evt.args", EventType.SetuidExit, 10, ("res", 0), ("uid", uid)));

    [Theory]
    [InlineData(4, "res=0 gid=4(adm)")]
    [InlineData(-1, "res=0 gid=-1(<NONE>)")]
    [InlineData(77, "res=0 gid=77(<NA>)")]
    public void A_group_is_told_with_its_name(int gid, string expected) =>
        Assert.Equal(expected, probe.Show("evt.args", EventType.SetgidExit, 10, ("res", 0), ("gid", gid)));

    [Theory]
    [InlineData(0, "res=0")]
    [InlineData(5, "res=5")]
    [InlineData(-2, "res=-2(ENOENT)")]
    [InlineData(-13, "res=-13(EACCES)")]
    [InlineData(-115, "res=-115(EINPROGRESS)")]
    [InlineData(-4095, "res=-4095")]
    public void A_result_below_zero_has_the_name_of_the_error(int result, string expected) =>
        Assert.StartsWith(expected + " ", probe.Show("evt.args", EventType.CloseExit, 10, ("res", result), ("fd", 9)), StringComparison.Ordinal);

    [Theory]
    [InlineData(0x9ED, "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)")]
    [InlineData(0x180, "mode=0600(S_IWUSR|S_IRUSR)")]
    [InlineData(0, "mode=0")]
    public void A_mode_is_octal(int mode, string expected) =>
        Assert.EndsWith(expected, probe.Show("evt.args", EventType.FchmodExit, 10, ("res", 0), ("fd", 3), ("mode", mode)), StringComparison.Ordinal);

    [Theory]
    [InlineData(4097, "flags=4097(O_RDONLY|O_CLOEXEC) mode=0")]
    [InlineData(0, "flags=0(O_NONE) mode=0")]
    public void Flags_are_told_by_their_names(int flags, string expected) => Assert.Contains(expected,
        probe.Show("evt.args", EventType.OpenatV2Exit, 10, ("fd", -2), ("dirfd", -100), ("name", "/g"), ("flags", flags), ("mode", 0)), StringComparison.Ordinal);

    [Theory]
    [InlineData(500_000_000L, "interval=500000000(0.5s)")]
    [InlineData(5_000L, "interval=5000(5e-06s)")]
    [InlineData(123_456_789L, "interval=123456789(0.123457s)")]
    [InlineData(1_000_000_000_000_000L, "interval=1000000000000000(1e+06s)")]
    [InlineData(0L, "interval=0(0s)")]
    [InlineData(-1L, "interval=none")]
    public void A_time_is_told_in_seconds_too(long interval, string expected) => Assert.EndsWith(expected,
        probe.Show("evt.args", EventType.NanosleepExit, 10, ("res", 0), ("interval", interval)), StringComparison.Ordinal);

    [Fact]
    public void A_raw_number_has_the_format_of_its_parameter()
    {
        Assert.Equal("1001 \"1001\" 420", Twice("evt.rawarg.flags", EventType.OpenatV2Exit, ("fd", -2), ("dirfd", -100), ("name", "/g"), ("flags", 4097)) + " "
            + probe.Show("evt.rawarg.mode", EventType.FchmodExit, 10, ("res", 0), ("fd", 3), ("mode", 420)));
        Assert.Equal("3 3", Twice("evt.rawarg.fd", EventType.FchmodExit, ("res", 0), ("fd", 3), ("mode", 420)));
        Assert.Equal("3 \"3\"", Twice("evt.rawarg.fd", EventType.FstatExit, ("res", 0), ("fd", 3)));
        Assert.Equal("-13 -13", Twice("evt.rawarg.res", EventType.CloseExit, ("res", -13), ("fd", 3)));
    }

    [Fact]
    public void What_a_parameter_lacks_is_said()
    {
        Assert.Equal("res=<NA> path=<NA>", probe.Show("evt.args", EventType.ChdirExit, 10));
        Assert.Equal("res=0 data=NULL fd=3(<f>/f) size=<NA>", probe.Show("evt.args", EventType.ReadExit, 10, ("res", 0), ("fd", 3)));
    }

    [Fact]
    public void Data_is_told_with_dots()
    {
        Assert.Equal("a.b.", probe.Show("evt.arg.data", EventType.ReadExit, 10, ("res", 3), ("data", "a\nb"u8.ToArray().Append((byte)0xff).ToArray()), ("fd", 3)));
        Assert.Equal("a.b", probe.Show("evt.buffer", EventType.ReadExit, 10, ("res", 3), ("data", "a\tb"u8.ToArray()), ("fd", 3)));
    }

    [Fact]
    public void A_control_message_cannot_forge_a_line()
    {
        Assert.Equal("/a\uFFFDb\uFFFD\uFFFDc", probe.Show("fd.name", EventType.OpenatV2Exit, 10, ("fd", 4), ("dirfd", -100), ("name", "/a\nb\u001b\u007fc")));
        Assert.Equal("\"/a\uFFFDb\"", probe.ShowJson("fd.name", EventType.OpenatV2Exit, 10, ("fd", 4), ("dirfd", -100), ("name", "/a\rb")));
    }

    [Theory]
    [InlineData("61-C3-A9-E2-82-AC-F0-9F-98-80", "aé€😀")]
    [InlineData("56-E8-4D-7E-F9-FF-81-C6-BE-7E-05", "V\uFFFDM~\uFFFD\uFFFD\uFFFD\u01BE~\uFFFD")] // recorded from Falco
    [InlineData("61-C2-85-62", "a\uFFFDb")] // C1
    [InlineData("61-EF-B7-90-62", "a\uFFFDb")] // no character
    [InlineData("61-E2-82-62", "a\uFFFDb")] // cut
    [InlineData("61-C0-AF-62", "a\uFFFD\uFFFDb")] // too long a form
    public void Bytes_that_are_no_text_are_replaced(string bytes, string expected) => Assert.Equal(expected,
        probe.Show("proc.args", EventType.ExecveV19Exit, 10, ("res", 0), ("tid", 10), ("pid", 10), ("args", (byte[])[.. bytes.Split('-').Select(static b => Convert.ToByte(b, 16)), 0])));

    private string Twice(string field, EventType type, params (string Name, object Value)[] values) =>
        probe.Show(field, type, 10, values) + " " + probe.ShowJson(field, type, 10, values);
}
