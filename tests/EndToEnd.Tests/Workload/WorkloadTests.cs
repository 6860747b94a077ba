namespace Saker.EndToEnd.Tests.Workload;

/// <summary>Suspicious acts on the real kernel, each with the rules that must fire; innocent acts, of which none may.</summary>
[Collection(Watching.Name)]
public sealed class WorkloadTests(Workload workload) : IClassFixture<Workload>
{
    /// <summary>Rules of Falco's files that no act can make fire here, with the reason.</summary>
    private static readonly IReadOnlyDictionary<string, string> UpstreamElsewhere = new Dictionary<string, string>
    {
        ["Contact K8S API Server From Container"] = "needs the name of an address, which this detector does not look up",
        ["Debugfs Launched in Privileged Container"] = "needs container.privileged, which a container runtime tells",
        ["Detect outbound connections to common miner pool ports"] = "needs the name of an address, which this detector does not look up",
        ["Launch Disallowed Container"] = "fires only once allowed_containers is overridden: as delivered, it allows every container",
        ["Launch Privileged Container"] = "needs container.privileged, which a container runtime tells",
        ["Mount Launched in Privileged Container"] = "needs container.privileged, which a container runtime tells",
        ["Network Connection outside Local Subnet"] = "needs the Kubernetes namespace of a pod, and a list of namespaces that is delivered empty",
    };

    /// <summary>Rules of ours that no act can make fire here, with the reason.</summary>
    private static readonly IReadOnlyDictionary<string, string> OwnElsewhere = new Dictionary<string, string>
    {
        ["Kernel module loaded from a container"] = "needs a module built for this very kernel: a call that fails is not enough for it",
    };

    public static TheoryData<string, string> UpstreamCases => Cases(static act => act.Upstream);

    public static TheoryData<string, string> OwnCases => Cases(static act => act.Own);

    public static TheoryData<string> Innocents => [.. InnocentActs.All.Select(static act => act.Name)];

    [Theory]
    [MemberData(nameof(UpstreamCases))]
    public async Task Act_fires_falco_s_rule(string act, string rule)
    {
        Workload.RequireUpstream();
        var result = await ResultAsync();
        AssertFired(result.Upstream, act, rule, result.Log);
    }

    [Theory]
    [MemberData(nameof(OwnCases))]
    public async Task Act_fires_our_rule(string act, string rule)
    {
        var result = await ResultAsync();
        AssertFired(result.Own, act, rule, result.Log);
    }

    [Theory]
    [MemberData(nameof(Innocents))]
    public async Task Innocent_act_fires_nothing(string act)
    {
        var result = await ResultAsync();
        Assert.DoesNotContain($"The act {act} failed", result.Log, StringComparison.Ordinal);
        Assert.Empty(result.Upstream.Concat(result.Own).Where(alert => alert.Act == act).Select(static alert => $"{alert.Rule}: {string.Join(' ', alert.Fields)}"));
    }

    [Fact]
    public void Every_rule_of_falco_is_fired_or_explained() =>
        Assert.Equal(Workload.UpstreamRules.Order(), Workload.Suspicious.SelectMany(static act => act.Upstream).Distinct().Concat(UpstreamElsewhere.Keys).Order());

    [Fact]
    public void Every_rule_of_ours_is_fired_or_explained() =>
        Assert.Equal(Workload.OwnRules.Order(), Workload.Suspicious.SelectMany(static act => act.Own).Distinct().Concat(OwnElsewhere.Keys).Order());

    [Fact]
    public async Task Rules_that_are_explained_did_not_fire()
    {
        Workload.RequireUpstream();
        var result = await ResultAsync();
        Assert.DoesNotContain(result.Upstream, static alert => UpstreamElsewhere.ContainsKey(alert.Rule));
        Assert.DoesNotContain(result.Own, static alert => OwnElsewhere.ContainsKey(alert.Rule));
    }

    private static TheoryData<string, string> Cases(Func<WatchedAct, IReadOnlyList<string>> rules) =>
        [.. Workload.Suspicious.SelectMany(act => rules(act).Select(rule => new TheoryDataRow<string, string>(act.Name, rule)))];

    private Task<WorkloadResult> ResultAsync()
    {
        LiveDetector.Require();
        return workload.ResultAsync();
    }

    private static void AssertFired(IReadOnlyList<LiveAlert> alerts, string name, string rule, string log)
    {
        var act = Workload.Suspicious.Single(candidate => candidate.Name == name);
        var fired = alerts.Where(alert => alert.Act == name && alert.Rule == rule).ToList();
        Assert.True(fired.Count > 0, $"It did not fire. What did: {string.Join(", ", alerts.Where(alert => alert.Act == name).Select(static alert => alert.Rule))}\n{log}");
        // Those that this rule's output has.
        var wanted = act.Fields
            .Append(("proc.name", act.Process))
            .Append(("fd.name", act.File ?? ""))
            .Where(field => field.Item2.Length > 0 && fired[0].Fields.ContainsKey(field.Item1))
            .ToList();
        Assert.NotEmpty(wanted);
        Assert.True(
            fired.Exists(alert => wanted.TrueForAll(field => IsAsWanted(alert.Fields[field.Item1], field.Item2))),
            $"Wanted {string.Join(' ', wanted)}, got\n{string.Join('\n', fired.Select(static alert => string.Join(' ', alert.Fields)))}");
    }

    private static bool IsAsWanted(string? value, string wanted) =>
        wanted[0] == '*' ? value?.EndsWith(wanted[1..], StringComparison.Ordinal) == true : value == wanted;
}
