using System.Globalization;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Detector.Tests.Fields;

namespace Saker.Detector.Tests.State;

/// <summary>A process has as many ancestors as it has.</summary>
public sealed class Ancestry : IDisposable
{
    private const int Depth = 2000;

    private readonly FieldProbe probe = new();

    public void Dispose() => probe.Dispose();

    [Fact]
    public void Rules_see_every_generation()
    {
        probe.Events.Exec(1, "bash");
        for (var pid = 2; pid <= Depth; pid++)
        {
            probe.Events.Clone(pid - 1, pid);
            probe.Events.Exec(pid, "p" + pid.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal("p1999 p1001 bash <NA> 1", probe.Show("proc.aname[1] proc.aname[999] proc.aname[1999] proc.aname[2000] proc.loginshellid", EventType.CloseExit, Depth));
        var names = probe.Show("proc.aname", EventType.CloseExit, Depth).Split(' ');
        Assert.Equal(Depth - 1, names.Length);
        Assert.Equal("bash", names[^1]);
    }

    [Fact]
    public void Long_command_lines_of_many_ancestors_are_all_seen()
    {
        probe.Events.Exec(1, "first");
        for (var pid = 2; pid <= 100; pid++)
        {
            probe.Events.Clone(pid - 1, pid);
            probe.Events.Exec(pid, "sh", ("args", new string('x', 4000)));
        }

        var lines = probe.Show("proc.acmdline", EventType.CloseExit, 100);
        Assert.EndsWith(" first", lines, StringComparison.Ordinal);
        Assert.Equal(98, lines.Split("sh x").Length - 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(300)]
    public void A_table_that_leads_in_a_circle_ends_a_walk(int length)
    {
        for (var pid = 1; pid <= length; pid++)
        {
            probe.State.Threads.Add(pid, pid, pid == length ? 1 : pid + 1);
        }

        var walk = new AncestorWalk(probe.State.Threads, probe.State.Threads.Find(1)!);
        var steps = 0;
        while (walk.MoveNext())
        {
            Assert.True(++steps <= 4 * length);
        }

        Assert.True(steps >= length - 1);
    }
}
