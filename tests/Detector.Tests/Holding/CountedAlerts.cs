using Saker.Detector.Containers;
using Saker.Detector.Holding;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Holding;

/// <summary>What alerts of containers lack is counted by reason.</summary>
public sealed class CountedAlerts
{
    [Fact]
    public void Alerts_without_lists_of_users_are_counted_by_whether_they_were_still_being_read()
    {
        var counters = new HoldCounters();
        var container = new ContainerEntry("a"u8, "a"u8, CgroupKind.Runtime);
        counters.Alerted(container, 2);
        container.AreUsersAsked = true;
        counters.Alerted(container, 3);
        Assert.Equal((2, 3), (counters.WithoutUsers, counters.BeforeUsers));
        (container.Users, container.AreUsersAsked) = (new UserTable(), false);
        counters.Alerted(container);
        counters.Alerted(ContainerEntry.OfHost());
        counters.Alerted(null);
        Assert.Equal((2, 3), (counters.WithoutUsers, counters.BeforeUsers));
    }
}
