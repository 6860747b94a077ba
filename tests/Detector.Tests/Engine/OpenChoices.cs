using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Tests.Captures;

namespace Saker.Detector.Tests.Engine;

/// <summary>Which opens may be left out, by what rules ask for.</summary>
public sealed class OpenChoices
{
    private const uint Read = 1, Write = 2, ReadAndWrite = 3, Create = 4, TemporaryFile = 8192;
    private const string Opens = "evt.type in (open, openat, openat2, creat)";

    [Theory]
    [InlineData("fd.name startswith /etc/", Read, "/usr/lib/libc.so.6", true)]
    [InlineData("fd.name startswith /etc/", Read, "/etc/passwd", false)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_write = true", Read, "/etc/passwd", true)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_write = true", ReadAndWrite, "/etc/passwd", false)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_read = true", Write, "/etc/passwd", true)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_exec = true", Write, "/etc/passwd", true)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_exec = true", Write | Create, "/etc/passwd", false)]
    [InlineData("fd.name startswith /etc/ and evt.is_open_create = true", Write | TemporaryFile, "/etc", true)]
    [InlineData("fd.directory = /etc and evt.is_open_create = true", ReadAndWrite | TemporaryFile, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.failed = true", Read, "/etc/passwd", true)]
    [InlineData("fd.name startswith /etc/ and fd.typechar = d", Read, "/etc/passwd", true)]
    [InlineData("fd.name startswith /etc/ and proc.name = cat", Read, "/etc/passwd", false)]
    [InlineData("evt.arg.name startswith /etc/", Read, "/usr/x", true)]
    [InlineData("evt.rawarg.name startswith /etc/", Read, "/etc/x", false)]
    [InlineData("fs.path.name = /etc/x", Read, "/etc/x", false)]
    [InlineData("fs.path.name = /etc/x", Read, "/etc/xy", false)] // one region
    [InlineData("fs.path.name in (/etc/x, /etc/xy)", Read, "/etc/y", true)]
    [InlineData("fd.filename = passwd", Read, "/usr/x", false)]
    [InlineData("fd.name contains ../", Read, "/usr/x", true)]
    [InlineData("fd.name contains ../", Read, "/usr/../x", false)]
    [InlineData("not fd.name startswith /usr", Read, "/usr/x", true)]
    [InlineData("not fd.name startswith /usr", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/", Read, "usr/x", false)]
    [InlineData("fd.name startswith /etc/", Read, "/usr//x", false)]
    [InlineData("fd.name startswith /etc/", Read, "/usr/./x", false)]
    [InlineData("fd.name startswith /etc/", 0u, "/usr/x", false)] // of no class
    public void An_open_is_left_out_when_no_rule_can_match_it(string condition, uint flags, string path, bool isLeftOut) =>
        Assert.Equal(isLeftOut, Of($"{Opens} and {condition}").Has(Encoding.UTF8.GetBytes(path), flags));

    [Theory]
    [InlineData("fd.name startswith /etc/", Read, "/usr/x", true)]
    [InlineData("fd.name startswith /etc/", Read, "/etc/x", false)]
    [InlineData("fd.directory = /etc", Read, "/usr/x", true)]
    [InlineData("fd.directory = /etc", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and fd.num >= 0", Read, "/etc/x", true)]
    [InlineData("fd.name startswith /etc/ and fd.num = -1", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.failed = false", Read, "/etc/x", true)]
    [InlineData("fd.name startswith /etc/ and evt.count.error = 1", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.rawres = -13", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.res = EACCES", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.res != ENOENT", Read, "/etc/x", false)]
    [InlineData("fd.name startswith /etc/ and evt.res != ENOENT", Read, "/usr/x", true)]
    [InlineData("fd.name startswith /etc/ and fd.typechar = f", Read, "/etc/x", false)]
    [InlineData("evt.is_open_write = true and fd.num = -1", Read, "/etc/x", true)]
    [InlineData("evt.is_open_write = true and fd.num = -1", Write | Create, "/etc/x", false)]
    [InlineData("fd.typechar = f and fd.num = -1 and evt.res startswith E and fd.name contains ../", Read, "/usr/x", true)]
    [InlineData("fd.typechar = f and fd.num = -1 and evt.res startswith E and fd.name contains ../", Read, "/usr/../x", false)]
    [InlineData("evt.failed = true", Read, "/etc/x", false)]
    [InlineData("not (fd.num < 0 and fd.name startswith /etc)", Read, "/etc/x", true)]
    [InlineData("not (fd.num < 0 and fd.name startswith /etc)", Read, "/usr/x", false)]
    public void A_failed_open_is_left_out_when_no_rule_can_match_it(string condition, uint flags, string path, bool isLeftOut) =>
        Assert.Equal(isLeftOut, Of($"{Opens} and {condition}").Has(Encoding.UTF8.GetBytes(path), flags, fails: true));

    [Theory]
    [InlineData("evt.type = openat", false)]
    [InlineData("evt.type in (creat, close)", false)]
    [InlineData("evt.type = close", true)]
    [InlineData("proc.name = cat", false)]
    public void A_rule_that_says_nothing_of_paths_keeps_all_opens_that_it_is_about(string condition, bool isLeftOut) =>
        Assert.Equal(isLeftOut, Find($"{Rule($"{Opens} and fd.name startswith /etc/", "o", 0)}{Rule(condition, "o", 1)}").Has("/usr/x"u8, condition.Contains("creat", StringComparison.Ordinal) ? Write | Create : Read));

    [Fact]
    public void Where_rules_ask_for_nothing_but_the_call_nothing_is_left_out() => Assert.True(Find(Rule(Opens, "o", 0)).IsEmpty);

    [Theory]
    [InlineData("evt.type = read and fd.name startswith /var/", "%fd.name", "/var/x", false)]
    [InlineData("evt.type = read and fd.name startswith /var/", "%fd.name", "/usr/x", true)]
    [InlineData("evt.type = read and fd.name startswith /var/", "%proc.name", "/var/x", false)]
    [InlineData("evt.type in (dup, dup2, dup3) and fd.name startswith /var/", "%proc.name", "/var/x", false)]
    [InlineData("evt.type in (dup, dup2, dup3) and fd.typechar in (4, 6)", "%fd.name", "/usr/x", true)]
    [InlineData("evt.type in (connect, sendto) and fd.typechar in (4, 6)", "%fd.name", "/usr/x", true)]
    [InlineData("evt.type = connect and evt.failed = false", "%fd.name", "/usr/x", true)]
    [InlineData("evt.type = close and proc.name = cat", "%proc.name", "/usr/x", true)]
    [InlineData("evt.type = linkat and fs.path.source = /var/x", "%evt.type", "/var/x", false)] // with an empty path and the file's descriptor
    [InlineData("evt.type = linkat and fs.path.source = /var/x", "%evt.type", "/usr/x", true)]
    [InlineData("evt.type = unlinkat and evt.arg.name contains x", "%evt.args", "/usr/x", true)]
    [InlineData("evt.type = fchmod and fs.path.name startswith /var", "%evt.type", "/var/x", false)]
    [InlineData("evt.type = execve and proc.name = cat", "%fd.name", "/usr/x", true)]
    public void Files_of_which_a_later_call_is_asked_are_told(string condition, string output, string path, bool isLeftOut)
    {
        var rules = $"{Rule($"{Opens} and fd.name startswith /etc/", "o", 0)}{Rule(condition, output, 1)}";
        Assert.Equal(isLeftOut, Find(rules).Has(Encoding.UTF8.GetBytes(path), Read));
    }

    [Theory]
    [InlineData("evt.type = close and proc.name = cat", "%fd.name", "close")]
    [InlineData("evt.type = read and not fd.name startswith /var", "o", "read")]
    [InlineData("evt.type = fchmod and evt.failed = false", "%evt.args", "fchmod")]
    [InlineData("evt.type = poll and proc.name = cat", "%evt.arg.fds", "poll")]
    public void A_rule_that_needs_to_know_all_files_keeps_all_opens_that_succeed(string condition, string output, string call)
    {
        var opens = Find($"{Rule($"{Opens} and fd.name startswith /etc/", "o", 0)}{Rule(condition, output, 1)}");
        Assert.All(opens.Regions, static region => Assert.Equal(OpenClasses.All, region.Wanted));
        Assert.True(opens.Has("/usr/x"u8, Read, fails: true));
        Assert.Equal(("r1", call), opens.Keeper);
        var log = new KeptLog();
        Prefilters.Tell(new SourceSettings { SystemCalls = FilteredRun.AllCalls, OpensLeftOut = opens }, log);
        Assert.Collection(
            log.Lines,
            line => Assert.Contains($"the rule 'r1' may match {call} on any file", line, StringComparison.Ordinal),
            static line => Assert.Contains("Failed opens that no rule can match are left out in the kernel (engine.modern_ebpf.prefilter). Told are some of paths that begin with one of 1 texts: /etc/.", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("evt.type = mount and proc.stdin.type = ipv4", "o")]
    [InlineData("evt.type = mount", "%proc.fdopencount")]
    [InlineData("evt.type = mount and evt.num > 5", "o")]
    [InlineData("evt.type = mount and evt.deltatime > 5", "o")]
    public void Rules_about_all_descriptors_or_events_keep_all_opens(string condition, string output) =>
        Assert.True(Find($"{Rule($"{Opens} and fd.name startswith /etc/", "o", 0)}{Rule(condition, output, 1)}").IsEmpty);

    [Fact]
    public void Without_closes_all_opens_are_told()
    {
        var stream = EventStream.OfSystemCalls(null);
        var set = FilteredRun.Load(stream, Rule($"{Opens} and fd.name startswith /etc/", "o", 0));
        var close = SystemCalls.All.Single(static call => call.Name == "close").Code;
        Assert.False(new Prefilters(stream, set).Opens(FilteredRun.AllCalls).IsEmpty);
        Assert.True(new Prefilters(stream, set).Opens(FilteredRun.AllCalls.Where(call => call != close).ToHashSet()).IsEmpty);
    }

    [Fact]
    public void What_is_left_out_can_be_compared()
    {
        OpensLeftOut some = Regions(("/", OpenClasses.None), ("/etc/", OpenClasses.All)), less = Regions(("/", OpenClasses.None), ("/e", OpenClasses.All)), other = Regions(("/", OpenClasses.Read), ("/etc/", OpenClasses.None));
        Assert.True(OpensLeftOut.None.IsWithin(some));
        Assert.False(some.IsWithin(OpensLeftOut.None));
        Assert.True(less.IsWithin(some));
        Assert.False(some.IsWithin(less));
        Assert.False(other.IsWithin(some));
        Assert.False(some.IsWithin(other));
        Assert.True(some.IsWithin(some));
        Assert.True(Regions(("/", OpenClasses.All)).IsEmpty);
        var failed = new OpensLeftOut([new OpenRegion("/", OpenClasses.All, OpenClasses.Read)]);
        Assert.False(failed.IsEmpty);
        Assert.False(failed.IsWithin(some));
        Assert.True(OpensLeftOut.None.IsWithin(failed));
    }

    private static OpensLeftOut Regions(params IEnumerable<(string Beginning, OpenClasses Wanted)> regions) => new([.. regions.Select(static region => new OpenRegion(region.Beginning, region.Wanted, OpenClasses.All))]);

    private static OpensLeftOut Of(string condition) => Find(Rule(condition, "o", 0));

    private static OpensLeftOut Find(string rules)
    {
        var stream = EventStream.OfSystemCalls(null);
        return new Prefilters(stream, FilteredRun.Load(stream, rules)).Opens(FilteredRun.AllCalls);
    }

    private static string Rule(string condition, string output, int number) =>
        $"- rule: r{number}\n  desc: d\n  condition: {condition}\n  output: \"{output}\"\n  priority: NOTICE\n";
}
