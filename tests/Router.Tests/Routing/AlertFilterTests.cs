using Saker.AlertConditions;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Routing;

namespace Saker.Router.Tests.Routing;

public sealed class AlertFilterTests
{
    private static readonly Alert Sample = new()
    {
        Priority = Priority.Error,
        Rule = "Terminal shell in container",
        Time = AlertTime.From(DateTimeOffset.UnixEpoch),
        Output = "A shell was spawned",
        Source = "syscall",
        Hostname = "node-1",
        Tags = ["container", "shell"],
        OutputFields = AlertFields.From([new("k8s.ns.name", FieldValue.Text("prod")), new("proc.aname[2]", FieldValue.Text("sshd")), new("team", FieldValue.Text("sec")), new("container.name", FieldValue.Null)]),
    };

    [Theory]
    [InlineData("priority >= warning and k8s.ns.name = prod and not rule startswith \"Other\"", true)]
    [InlineData("priority > error", false)]
    [InlineData("priority = error", true)]
    [InlineData("priority < error", false)]
    [InlineData("priority in (error, critical)", true)]
    [InlineData("rule contains shell", true)]
    [InlineData("source = syscall and hostname = node-1", true)]
    [InlineData("tags intersects (shell, other)", true)]
    [InlineData("tags in (container)", false)]
    [InlineData("output startswith \"A shell\"", true)]
    [InlineData("proc.aname[2] = sshd", true)]
    [InlineData("output_fields[team] = sec", true)]
    [InlineData("container.name exists", false)]
    [InlineData("k8s.pod.name exists", false)]
    [InlineData("time startswith 1970-01-01T00:00:00", true)]
    public void Conditions_read_every_part_of_an_alert(string when, bool expected) =>
        Assert.Equal(expected, new AlertFilter(Priority.Debug, Compiled(when)).Matches(Sample));

    [Theory]
    [InlineData("prioritty = error", "did you mean 'priority'?")]
    [InlineData("priority >= warn", "warn")]
    [InlineData("rule =", "column")]
    public void A_wrong_condition_says_what_is_wrong(string when, string part)
    {
        var errors = new List<string>();
        Assert.Null(WhenCondition.Compile(when, errors));
        Assert.Contains(part, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_rule_passes_the_minimum_priority_but_not_the_condition()
    {
        var test = Sample with { Rule = "Test rule", Priority = Priority.Debug };
        Assert.True(new AlertFilter(Priority.Emergency, null).Matches(test));
        Assert.False(new AlertFilter(Priority.Emergency, null).Matches(Sample));
        Assert.False(new AlertFilter(Priority.Debug, Compiled("priority >= error")).Matches(test));
    }

    [Fact]
    public void Nothing_written_is_no_condition() => Assert.Null(Compiled("  "));

    private static WhenCondition? Compiled(string when)
    {
        var errors = new List<string>();
        var condition = WhenCondition.Compile(when, errors);
        Assert.Empty(errors);
        return condition;
    }
}
