using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Hosting;
using Saker.Detector.Tests.Captures;
using Saker.Settings;

namespace Saker.Detector.Tests.Engine;

/// <summary>Of which calls failed ones may be left out, by what rules ask for.</summary>
public sealed class PrefilterChoices : IDisposable
{
    private static readonly int openat = Code("openat"), connect = Code("connect"), chdir = Code("chdir"), ptrace = Code("ptrace"), mmap = Code("mmap"), mount = Code("mount");

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("fd.num >= 0", true)]
    [InlineData("not fd.num < 0", true)]
    [InlineData("fd.num > -1 and fd.name startswith /etc", true)]
    [InlineData("evt.is_open_write = true and fd.typechar = f and fd.num >= 0", true)]
    [InlineData("evt.failed = false", true)]
    [InlineData("not evt.failed = true", true)]
    [InlineData("evt.res = SUCCESS", true)]
    [InlineData("evt.rawres >= 0 and proc.name = cat", true)]
    [InlineData("evt.rawarg.fd >= 0", true)]
    [InlineData("evt.count.error = 0", true)]
    [InlineData("evt.rawres = -134", true)]
    [InlineData("fd.num exists", false)]
    [InlineData("fd.num < 0", false)]
    [InlineData("proc.name = cat", false)]
    [InlineData("fd.name startswith /etc", false)]
    [InlineData("fd.typechar = f", false)]
    [InlineData("evt.failed = true", false)]
    [InlineData("not evt.failed = false", false)]
    [InlineData("evt.res = EOWNERDEAD", false)]
    [InlineData("evt.res in (SUCCESS, ENOENT)", false)]
    [InlineData("evt.arg.fd = ENOENT", false)]
    [InlineData("evt.rawres = -133", false)]
    [InlineData("evt.rawres >= 0 or proc.name = cat", false)]
    [InlineData("evt.rawres < val(fd.num)", false)]
    [InlineData("evt.num = 0", true)]
    [InlineData("evt.num > 0 and fd.num >= 0", true)]
    [InlineData("evt.num > 0", false)]
    [InlineData("not (evt.rawres < 0 and proc.name = cat)", false)]
    public void Failed_opens_are_left_out_when_no_rule_can_match_one(string condition, bool isLeftOut) =>
        Assert.Equal(isLeftOut, FailedCalls($"evt.type = openat and ({condition})").Contains(openat));

    [Fact]
    public void One_rule_of_many_keeps_them()
    {
        Assert.Contains(openat, FailedCalls("evt.type = openat and fd.num >= 0", "evt.type = open", "evt.type = mount and evt.rawres < 0"));
        Assert.DoesNotContain(openat, FailedCalls("evt.type = openat and fd.num >= 0", "evt.type in (open, openat) and evt.rawres != -2"));
        Assert.DoesNotContain(mount, FailedCalls("evt.type = openat and fd.num >= 0", "evt.type = mount and evt.rawres < 0"));
    }

    [Fact]
    public void Calls_of_which_no_rule_speaks_are_left_out_and_those_that_change_the_state_are_not()
    {
        var failed = FailedCalls("evt.type = openat");
        Assert.Contains(chdir, failed);
        Assert.Contains(ptrace, failed);
        Assert.DoesNotContain(connect, failed);
        Assert.DoesNotContain(mmap, failed);
        Assert.DoesNotContain(connect, FailedCalls("evt.type = connect and evt.rawres >= 0"));
    }

    [Fact]
    public void A_rule_about_all_calls_keeps_what_it_can_match()
    {
        Assert.Empty(FailedCalls("proc.name = cat"));
        Assert.Contains(openat, FailedCalls("evt.failed = false"));
    }

    [Theory]
    [InlineData("evt.num > 5")]
    [InlineData("evt.num != 1")]
    [InlineData("evt.num in (0, 7)")]
    [InlineData("evt.deltatime > 1")]
    [InlineData("evt.reltime.s > 1")]
    public void Rules_that_count_events_keep_all(string condition) => Assert.Empty(FailedCalls("evt.type = openat and fd.num >= 0", $"evt.type = mount and {condition}"));

    [Fact]
    public void An_event_without_its_result_is_never_taken_for_a_success()
    {
        var generic = GenericCalls.All.Single(static call => call.Name == "getpgid").Code;
        Assert.DoesNotContain(generic, FailedCalls("evt.type = getpgid"));
        Assert.Contains(generic, FailedCalls("evt.type = getpgid and evt.failed = false"));
        Assert.Contains(generic, FailedCalls("evt.type = getpriority"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("engine: {modern_ebpf: {prefilter: true}}", true)]
    [InlineData("engine: {modern_ebpf: {prefilter: false}}", false)]
    [InlineData("engine: {modern_ebpf: {drop_failed_exit: true}}", false)]
    [InlineData("base_syscalls: {all: true}", false)]
    [InlineData("capture: {enabled: true}", false)]
    public void It_is_done_unless_something_else_wants_the_events(string yaml, bool isDone)
    {
        var stream = EventStream.OfSystemCalls(null);
        var set = FilteredRun.Load(stream, RuleOf("evt.type = openat and fd.num >= 0 and fd.name startswith /etc", 0));
        var asked = Prefilters.Apply(new SourceSettings { SystemCalls = FilteredRun.AllCalls }, stream, set, Options(yaml));
        Assert.Equal(isDone, asked.FailedLeftOut.Count > 0);
        Assert.Equal(isDone, !asked.OpensLeftOut.IsEmpty);
    }

    [Fact]
    public void A_driver_that_leaves_out_more_than_new_rules_allow_does_not_serve_them()
    {
        var successes = Plan("evt.type in (openat, mount) and evt.rawres >= 0");
        var failures = Plan("evt.type in (openat, mount) and evt.rawres < 0");
        var without = Plan("evt.type = openat and evt.rawres < 0");
        Assert.Contains(openat, successes.Source.FailedLeftOut);
        Assert.True(successes.IsServedBy(successes.Source));
        Assert.False(failures.IsServedBy(successes.Source));
        Assert.True(successes.IsServedBy(failures.Source)); // it brings more
        Assert.True(without.IsServedBy(failures.Source with { FailedLeftOut = failures.Source.FailedLeftOut.Append(mount).ToHashSet() })); // nobody asks for that call any more
        Assert.False(failures.IsServedBy(failures.Source with { FailedLeftOut = failures.Source.FailedLeftOut.Append(mount).ToHashSet() }));
    }

    [Fact]
    public void What_is_left_out_is_told_by_name()
    {
        var log = new KeptLog();
        var asked = new SourceSettings { SystemCalls = FilteredRun.AllCalls };
        Prefilters.Tell(asked with { FailedLeftOut = new HashSet<int> { openat, connect } }, log);
        Assert.Contains("connect, openat.", Assert.Single(log.Lines), StringComparison.Ordinal);
        Prefilters.Tell(asked, log);
        Assert.Single(log.Lines);
        var opens = new OpensLeftOut([new OpenRegion("/", OpenClasses.None, OpenClasses.None), new OpenRegion("/etc/", OpenClasses.Write, OpenClasses.Read), new OpenRegion("/a", OpenClasses.All, OpenClasses.None)]);
        Prefilters.Tell(asked with { OpensLeftOut = opens }, log);
        Assert.Collection(
            log.Lines.Skip(1),
            static line => Assert.Contains("Opens of files that no rule can match are left out in the kernel (engine.modern_ebpf.prefilter). Told are some of paths that begin with one of 2 texts: /etc/, /a.", line, StringComparison.Ordinal),
            static line => Assert.Contains("Failed opens that no rule can match are left out in the kernel (engine.modern_ebpf.prefilter). Told are some of paths that begin with one of 1 texts: /etc/.", line, StringComparison.Ordinal));
        Prefilters.Tell(asked with { FailedLeftOut = new HashSet<int> { openat }, OpensLeftOut = opens }, log);
        Assert.Equal(5, log.Lines.Count);
    }

    private static IReadOnlySet<int> FailedCalls(params string[] conditions)
    {
        var stream = EventStream.OfSystemCalls(null);
        return new Prefilters(stream, FilteredRun.Load(stream, string.Concat(conditions.Select(RuleOf)))).FailedCalls(FilteredRun.AllCalls);
    }

    private static string RuleOf(string condition, int number) => $"- rule: r{number}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: NOTICE\n";

    private DetectorPlan Plan(string condition)
    {
        var rules = Path.Combine(folder, "rules.yaml");
        File.WriteAllText(rules, RuleOf(condition, 0));
        var plan = DetectorPlan.Of(Configuration($"rules_files: [{rules}]"), [], NullLogger.Instance);
        Assert.NotNull(plan);
        return plan;
    }

    private DetectorOptions Options(string yaml) => Configuration(yaml).Options;

    private DetectorConfiguration Configuration(string yaml)
    {
        var file = Path.Combine(folder, "detector.yaml");
        File.WriteAllText(file, yaml);
        var configuration = DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
        Assert.False(configuration.Faults.HasErrors, string.Join(' ', configuration.Faults.All));
        return configuration;
    }

    private static int Code(string name) => SystemCalls.All.Single(call => call.Name == name).Code;
}
