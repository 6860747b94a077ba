using Saker.AlertConditions;
using Saker.Alerts;
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

    /// <summary>The alert has proc.pid 4242, fd.sport "443" in quotes, fd.sip, custom.score 7.50, custom.level "10", custom.code 404, custom.name "abc", custom.on true.</summary>
    [Theory]
    [InlineData("proc.pid > 5", true)]
    [InlineData("proc.pid > 5000", false)]
    [InlineData("proc.pid = 4242", true)]
    [InlineData("proc.pid != 4242", false)]
    [InlineData("proc.pid in (1, 4242)", true)]
    [InlineData("fd.sport < 1024", true)]
    [InlineData("fd.sport = 443", true)]
    [InlineData("fd.snet in (10.0.0.0/8)", true)]
    [InlineData("fd.sip = 10.1.2.3", true)]
    [InlineData("fd.snet in (192.168.0.0/16)", false)]
    [InlineData("evt.is_open_write = true", true)]
    [InlineData("evt.rawtime.ns = 1795461488831575297", true)]
    [InlineData("evt.rawtime.ns = 1795461488831575296", false)]
    [InlineData("custom.score > 7", true)]
    [InlineData("custom.score = 7.5", true)]
    [InlineData("custom.score >= 7.6", false)]
    [InlineData("custom.level > 5", true)]
    [InlineData("custom.level >= 10", true)]
    [InlineData("custom.level = 10", true)]
    [InlineData("custom.level = 10.0", false)]
    [InlineData("custom.name > 5", false)]
    [InlineData("custom.name < 5", false)]
    [InlineData("custom.code startswith 40", true)]
    [InlineData("custom.code contains 5", false)]
    [InlineData("custom.code in (404, 410)", true)]
    [InlineData("custom.code = abc", false)]
    [InlineData("custom.code != abc", true)]
    [InlineData("custom.on = true", true)]
    [InlineData("custom.gone > 5", false)]
    [InlineData("output_fields[plain] > 99", true)]
    public void Numbers_in_an_alert_are_numbers(string when, bool expected)
    {
        var alert = Sample with
        {
            OutputFields = AlertFields.From(
            [
                new("proc.pid", FieldValue.Number("4242")), new("fd.sport", FieldValue.Text("443")), new("fd.sip", FieldValue.Text("10.1.2.3")), new("fd.snet", FieldValue.Text("10.1.2.3")),
                new("evt.is_open_write", FieldValue.Truth(true)), new("evt.rawtime.ns", FieldValue.Number("1795461488831575297")),
                new("custom.score", FieldValue.Number("7.50")), new("custom.level", FieldValue.Text("10")), new("custom.code", FieldValue.Number("404")),
                new("custom.name", FieldValue.Text("abc")), new("custom.on", FieldValue.Truth(true)), new("plain", FieldValue.Number("100")),
            ]),
        };
        Assert.Equal(expected, Compiled(when)!.Matches(alert));
    }

    [Theory]
    [InlineData("proc.pid = sh", "sh is not a valid number")]
    [InlineData("proc.pid contains 4", "which is a number")]
    [InlineData("proc.pid = 0x1092", "0x1092 is not a valid number")]
    [InlineData("fd.sip = home", "unrecognized IPv6 address home")]
    [InlineData("fd.sip in (10.0.0.0/8)", "networks go with fd.net")]
    [InlineData("custom.level > high", "needs a number")]
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
