using System.Text;
using Microsoft.Extensions.Logging;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Settings;

namespace Saker.Detector.Tests.Engine;

/// <summary>What the start says about rules: a line for each cause, however many rules there are.</summary>
public sealed class StartLines : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Hundreds_of_rules_are_told_in_a_few_lines()
    {
        var text = new StringBuilder("- macro: opens\n  condition: evt.type in (open, openat) and evt.dir = <\n");
        for (var i = 0; i < 300; i++)
        {
            text.Append($"""
                - rule: plain {i}
                  desc: d
                  condition: opens and proc.name = a{i}
                  output: o
                  priority: INFO
                - rule: without a runtime {i}
                  desc: d
                  condition: evt.type = open and k8s.rs.name = a{i}
                  output: o
                  priority: INFO
                - rule: with less {i}
                  desc: d
                  condition: evt.type = open and not k8s.svc.name = a{i}
                  output: o
                  priority: INFO
                - rule: partly {i}
                  desc: d
                  condition: evt.type in (open, nfsservctl) and proc.name = a{i}
                  output: o
                  priority: INFO

                """);
        }

        File.WriteAllText(file, text.ToString());
        var logger = new KeptLog(LogLevel.Information);
        var calls = EventStream.OfSystemCalls(null);
        var deliverable = calls.Types.Names.Where(static name => name != "nfsservctl").ToHashSet();
        Assert.NotNull(RuleLoading.Load(new DetectorConfiguration(new DetectorOptions(), new ConfigFaults(), "detector.yaml"), [file], [EventStream.OfSystemCalls(deliverable)], logger));
        Assert.Contains(logger.Lines, static line => line == "rules loaded: 900 on, 300 off.");
        Assert.Contains(logger.Lines, static line => line.StartsWith("300 rules off, for the field 'k8s.rs.name' cannot be filled: ", StringComparison.Ordinal)
            && line.EndsWith(": without a runtime 0, without a runtime 1, without a runtime 2, without a runtime 3, without a runtime 4 and 295 more.", StringComparison.Ordinal));
        Assert.Contains(logger.Lines, static line => line.StartsWith("300 rules on with less to go by, for k8s.svc.name never ", StringComparison.Ordinal));
        Assert.Contains(logger.Lines, static line => line.StartsWith("300 rules on without an event that they name, for 'nfsservctl' is not delivered", StringComparison.Ordinal));
        Assert.Single(logger.Lines, static line => line.Contains("evt.dir", StringComparison.Ordinal));
        Assert.Equal(5, logger.Lines.Count);
    }
}
