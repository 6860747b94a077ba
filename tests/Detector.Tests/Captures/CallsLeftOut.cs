using Saker.Conditions.Fields;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Rules;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>Failed calls and opens that the driver leaves out change no alert, over all captures.</summary>
public sealed class CallsLeftOut(ITestOutputHelper output)
{
    private const int RandomSets = 200;

    private static readonly string[] types =
    [
        "open", "openat", "openat2", "close", "read", "write", "socket", "connect", "accept", "accept4", "stat", "access", "newfstatat", "fcntl", "dup", "dup2", "ioctl",
        "recvfrom", "recvmsg", "execve", "clone", "unlinkat", "mkdir", "chdir", "kill", "mmap", "lseek", "getsockopt", "prctl", "readlink", "statx",
    ];

    private static readonly string[] atoms =
    [
        "evt.res = SUCCESS", "evt.res != SUCCESS", "evt.res = ENOENT", "evt.res in (EACCES, EAGAIN, EPERM)", "evt.res startswith E", "evt.res exists",
        "evt.failed = true", "evt.failed = false", "evt.failed != true", "evt.rawres >= 0", "evt.rawres < 0", "evt.rawres = -2", "evt.rawres > -10", "evt.rawres != 0", "evt.rawres in (3, -11)",
        "fd.num >= 0", "fd.num < 0", "fd.num = -1", "fd.num = 3", "fd.num exists", "fd.num < val(evt.rawres)", "evt.num = 0", "evt.count.error = 1", "evt.count.error.file exists",
        "evt.arg.res = ENOENT", "evt.rawarg.res < 0", "evt.rawarg.fd > 0", "evt.arg.fd contains E", "evt.arg[0] startswith E", "evt.rawarg.fd exists",
        "evt.is_open_write = true", "evt.is_open_read = true", "fd.name startswith /etc", "fd.name exists", "fd.typechar = f", "fd.directory contains lib", "fs.path.name contains /",
        "proc.name in (cat, sh, bash)", "proc.pid > 0", "user.uid = 0", "evt.dir = <", "evt.category = file", "fd.connected = true", "proc.nthreads > 1", "evt.arg.name contains o",
    ];

    private static readonly string[] fileTypes = ["open", "openat", "openat2", "creat", "open", "openat", "close", "read", "write", "dup", "dup2", "fcntl", "fstat", "mmap", "fchmod", "linkat", "unlinkat", "connect", "sendto"];

    private static readonly string[] fileAtoms =
    [
        "fd.name startswith /etc", "fd.name startswith /usr/lib", "fd.name startswith /proc/", "fd.name in (/etc/passwd, /etc/ld.so.cache, /dev/null)", "fd.name = /etc/passwd", "fd.name pmatch (/etc, /usr/share)",
        "fd.directory = /etc", "fd.directory in (/usr/lib/x86_64-linux-gnu, /lib/x86_64-linux-gnu)", "fd.directory startswith /tmp", "fd.name glob /usr/*/lib*", "fd.name endswith .so.6", "fd.name contains ../",
        "fd.nameraw startswith /etc", "evt.arg.name startswith /usr", "evt.rawarg.name = /etc/passwd", "fs.path.name startswith /etc", "evt.is_open_read = true", "evt.is_open_write = true", "evt.is_open_exec = true",
        "evt.is_open_create = true", "evt.arg.flags contains O_TRUNC", "fd.typechar = f", "fd.type in (ipv4, ipv6)", "fd.typechar in (4, 6)", "fd.num >= 0", "fd.num in (0, 1, 2)", "fd.num = -1", "evt.failed = false", "evt.failed = true", "evt.res = ENOENT", "evt.res startswith E", "fd.name exists", "proc.name in (cat, sh, lab)",
    ];

    [Fact]
    public void All_fields_of_what_succeeded_stay_the_same()
    {
        var fields = new FieldCatalogue().Definitions
            .Where(static field => field.Unavailable is null && (field.Traits & FieldTraits.NoOutput) == 0 && field.Argument == FieldArgumentKind.None)
            .Select(static field => field.Name)
            .Where(static name => name != "evt.num" && !name.StartsWith("evt.reltime", StringComparison.Ordinal) && !name.StartsWith("evt.deltatime", StringComparison.Ordinal))
            .ToList();
        Assert.True(fields.Count > 120, $"{fields.Count} fields");
        var rules = $"- rule: all\n  desc: d\n  condition: evt.failed = false\n  output: \"{string.Join(' ', fields.Select(static field => "%" + field))}\"\n  priority: NOTICE\n";
        var stream = EventStream.OfSystemCalls(null);
        var (leftOut, alerts) = Agree(stream, FilteredRun.Load(stream, rules), [.. Captures.Where(static capture => capture != "live-bench")]);
        Assert.True(leftOut > 300 && alerts > 3000, $"{leftOut} events left out, {alerts} alerts");
    }

    [Fact]
    public void Rules_of_this_project_say_the_same() => AgreeOn([OwnRules]);

    [Fact]
    public void Rules_of_a_user_say_the_same() => AgreeOn([Path.Combine(OwnRules, "00-macros.yaml"), RecordedData.Path("seed", "rules.yaml")]);

    [Fact]
    public void Rules_of_falco_say_the_same() => AgreeOn(
        [.. new[] { "falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml" }.Select(static file => SharedData.Path("falco", "rules", file))]);

    [Fact]
    public void Rules_that_falco_is_installed_with_say_the_same_and_leave_opens_out()
    {
        var stream = EventStream.OfSystemCalls(null);
        var set = FilteredRun.Load(stream, RuleFiles.Read([SharedData.Path("falco", "rules", "falco_rules.yaml")]));
        Assert.False(new Prefilters(stream, set).Opens(FilteredRun.AllCalls).IsEmpty);
        var (leftOut, alerts) = Agree(stream, set, Captures);
        Assert.True(leftOut > 1000 && alerts > 1, $"{leftOut} events left out, {alerts} alerts");
    }

    [Fact]
    public void Any_rules_say_the_same()
    {
        var (failed, opens) = AgreeOnAny(new Random(20261128), Rule);
        Assert.True(failed > RandomSets / 2 && opens > 0, $"{failed} sets filter failed calls, {opens} opens");
    }

    [Fact]
    public void Any_rules_about_files_say_the_same()
    {
        var (_, opens) = AgreeOnAny(new Random(20261129), FileRule);
        Assert.True(opens > RandomSets / 4, $"{opens} sets filter opens");
    }

    private (int Failed, int Opens) AgreeOnAny(Random random, Func<Random, int, string> rule)
    {
        var stream = EventStream.OfSystemCalls(null);
        string[] small = ["live-files", "live-procs", "live-net", "live-admin", "live-32bit"];
        using var replays = new Replays(small);
        int leftOut = 0, alerts = 0, filtering = 0, filteringOpens = 0;
        for (var i = 0; i < RandomSets; i++)
        {
            var rules = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(number => rule(random, number)));
            var set = FilteredRun.Load(stream, rules);
            var filters = new Prefilters(stream, set);
            var failed = filters.FailedCalls(FilteredRun.AllCalls);
            var opens = filters.Opens(FilteredRun.AllCalls);
            filtering += failed.Count > 0 ? 1 : 0;
            filteringOpens += opens.IsEmpty ? 0 : 1;
            var replay = replays[small[i % small.Length]];
            var all = FilteredRun.Of(replay, stream, set, null);
            var rest = FilteredRun.Of(replay, stream, set, new SimulatedFilter(failed, opens, SimulatedFilter.DirectoriesOf(replay)));
            Assert.True(all.Alerts.SequenceEqual(rest.Alerts), $"{all.Alerts.Count} alerts, with the filter {rest.Alerts.Count}, of\n{rules}");
            leftOut += rest.LeftOut;
            alerts += all.Alerts.Count;
        }

        output.WriteLine($"{filtering} of {RandomSets} sets filter failed calls, {filteringOpens} opens; {leftOut} events left out, {alerts} alerts.");
        Assert.True(leftOut > 1000 && alerts > 1000, $"{leftOut} events left out, {alerts} alerts");
        return (filtering, filteringOpens);
    }

    private static string OwnRules => Path.Combine(SharedData.ProjectRoot, "config", "rules");

    private static string[] Captures =>
    [
        .. Replay.LiveCaptures, "live-mix",
        .. SharedData.Exists("falco", "captures") ? Replay.OldCaptures.Append("live-bench") : [],
    ];

    private void AgreeOn(IReadOnlyList<string> paths)
    {
        var stream = EventStream.OfSystemCalls(null);
        var (leftOut, alerts) = Agree(stream, FilteredRun.Load(stream, RuleFiles.Read(paths)), Captures);
        Assert.True(leftOut > 1000 && alerts > 1, $"{leftOut} events left out, {alerts} alerts");
    }

    private (int LeftOut, int Alerts) Agree(EventStream stream, RuleSet set, IReadOnlyList<string> captures)
    {
        var filters = new Prefilters(stream, set);
        var failed = filters.FailedCalls(FilteredRun.AllCalls);
        var opens = filters.Opens(FilteredRun.AllCalls);
        int leftOut = 0, alerts = 0;
        foreach (var capture in captures)
        {
            using var replay = new Replay(capture);
            var all = FilteredRun.Of(replay, stream, set, null);
            var rest = FilteredRun.Of(replay, stream, set, new SimulatedFilter(failed, opens, SimulatedFilter.DirectoriesOf(replay)));
            Assert.Equal(all.Alerts, rest.Alerts);
            output.WriteLine($"{capture}: {rest.LeftOut} of {replay.Count} events left out, {all.Alerts.Count} alerts.");
            leftOut += rest.LeftOut;
            alerts += all.Alerts.Count;
        }

        return (leftOut, alerts);
    }

    private static string Rule(Random random, int number)
    {
        var about = string.Join(", ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => types[random.Next(types.Length)]));
        var typed = random.Next(8) switch
        {
            0 => "",
            1 => "not evt.type = read and ",
            _ => $"evt.type in ({about}) and ",
        };
        return $"- rule: r{number}\n  desc: d\n  condition: {typed}({Condition(random, 3)})\n  output: \"%evt.type %fd.num %fd.name %evt.res %evt.args %proc.cmdline\"\n  priority: NOTICE\n";
    }

    private static string FileRule(Random random, int number)
    {
        var about = string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => fileTypes[random.Next(fileTypes.Length)]));
        var shown = random.Next(3) == 0 ? "%proc.cmdline" : "%evt.type %fd.name %fd.typechar %fs.path.name %evt.args";
        var asked = random.Next(12) == 0 ? "" : $" and {FileCondition(random, 2)} and {FileCondition(random, 2)}";
        return $"- rule: r{number}\n  desc: d\n  condition: evt.type in ({about}){asked}\n  output: \"{shown}\"\n  priority: NOTICE\n";
    }

    private static string FileCondition(Random random, int depth) => (depth == 0 ? 0 : random.Next(6)) switch
    {
        3 => $"({FileCondition(random, depth - 1)} and {FileCondition(random, depth - 1)})",
        4 => $"({FileCondition(random, depth - 1)} or {FileCondition(random, depth - 1)})",
        5 => $"not ({FileCondition(random, depth - 1)})",
        _ => fileAtoms[random.Next(fileAtoms.Length)],
    };

    private static string Condition(Random random, int depth) => (depth == 0 ? 0 : random.Next(6)) switch
    {
        3 => $"({Condition(random, depth - 1)} and {Condition(random, depth - 1)})",
        4 => $"({Condition(random, depth - 1)} or {Condition(random, depth - 1)})",
        5 => $"not ({Condition(random, depth - 1)})",
        _ => atoms[random.Next(atoms.Length)],
    };

    private sealed class Replays(IEnumerable<string> captures) : IDisposable
    {
        private readonly Dictionary<string, Replay> byName = captures.ToDictionary(static name => name, static name => new Replay(name));

        public Replay this[string name] => byName[name];

        public void Dispose()
        {
            foreach (var replay in byName.Values)
            {
                replay.Dispose();
            }
        }
    }
}
