using Saker.Detector.RuleTools.Cases;

namespace Saker.Detector.Tests.RuleTools;

/// <summary>The rules of <c>config/rules</c> under the cases of <c>config/rules/tests</c>.</summary>
public sealed class DefaultRuleTests
{
    [Fact]
    public async Task Every_case_of_our_rules_comes_as_expected()
    {
        var outcome = await RunAsync([]);
        Assert.All(outcome.Results, static result => Assert.True(result.Passed, $"{result.Case.Source}: {result.Refusal} {string.Join(' ', result.Problems)}"));
    }

    [Fact]
    public async Task Every_rule_that_is_on_matches_in_a_case_and_stays_silent_in_another() =>
        Assert.Empty(Uncovered(await RunAsync([])));

    [Fact]
    public async Task A_rule_without_cases_is_noticed()
    {
        using var rig = new RuleToolRig();
        var more = rig.Write("more.yaml", "- rule: Nobody tests this\n  desc: d\n  condition: evt.type = mkdir\n  output: o\n  priority: INFO\n");
        Assert.Equal(["Nobody tests this"], Uncovered(await RunAsync([RuleToolRig.OwnRules, more])));
    }

    private static IEnumerable<string> Uncovered(RuleTestOutcome outcome) => outcome.Coverage
        .Where(static covered => covered.Rule.IsOn && (covered.Fired == 0 || covered.Expected == 0 || covered.Silent == 0)).Select(static covered => covered.Rule.Name);

    private static async Task<RuleTestOutcome> RunAsync(IReadOnlyList<string> rules)
    {
        var run = new RuleTestRun(rules, []);
        Assert.True(run.Read([Path.Combine(RuleToolRig.OwnRules, "tests")]), string.Join('\n', run.Faults.All));
        return await run.RunAsync(TestContext.Current.CancellationToken);
    }
}
