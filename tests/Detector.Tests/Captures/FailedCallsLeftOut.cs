using Saker.Conditions.Fields;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Rules;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>Failed calls that the driver leaves out change no alert, over all captures.</summary>
public sealed class FailedCallsLeftOut(ITestOutputHelper output)
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
    public void Any_rules_say_the_same()
    {
        var random = new Random(20261128);
        var stream = EventStream.OfSystemCalls(null);
        string[] small = ["live-files", "live-procs", "live-net", "live-admin", "live-32bit"];
        using var replays = new Replays(small);
        int leftOut = 0, alerts = 0, filtering = 0;
        for (var i = 0; i < RandomSets; i++)
        {
            var rules = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(number => Rule(random, number)));
            var set = FilteredRun.Load(stream, rules);
            var failed = Prefilters.FailedCalls(stream, set, FilteredRun.AllCalls);
            filtering += failed.Count > 0 ? 1 : 0;
            var replay = replays[small[i % small.Length]];
            var all = FilteredRun.Of(replay, stream, set, new HashSet<int>());
            var rest = FilteredRun.Of(replay, stream, set, failed);
            Assert.True(all.Alerts.SequenceEqual(rest.Alerts), $"{all.Alerts.Count} alerts, with the filter {rest.Alerts.Count}, of\n{rules}");
            leftOut += rest.LeftOut;
            alerts += all.Alerts.Count;
        }

        output.WriteLine($"{filtering} of {RandomSets} sets filter; {leftOut} events left out, {alerts} alerts.");
        Assert.True(filtering > RandomSets / 2 && leftOut > 1000 && alerts > 1000, $"{filtering} sets, {leftOut} events left out, {alerts} alerts");
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
        var failed = Prefilters.FailedCalls(stream, set, FilteredRun.AllCalls);
        int leftOut = 0, alerts = 0;
        foreach (var capture in captures)
        {
            using var replay = new Replay(capture);
            var all = FilteredRun.Of(replay, stream, set, new HashSet<int>());
            var rest = FilteredRun.Of(replay, stream, set, failed);
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
