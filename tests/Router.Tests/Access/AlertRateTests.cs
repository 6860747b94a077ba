using System.Net;
using Microsoft.Extensions.Time.Testing;
using Saker.Router.Access;

namespace Saker.Router.Tests.Access;

public sealed class AlertRateTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void A_burst_passes_and_then_so_many_a_second()
    {
        var rate = AlertRate.Of(2, 3, clock)!;
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(rate.Take(1)));
        Assert.Equal(TimeSpan.FromSeconds(0.5), rate.Take(1));
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(rate.Take(1));
        Assert.NotNull(rate.Take(1));
        clock.Advance(TimeSpan.FromHours(1)); // no more than the burst gathers
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(rate.Take(1)));
        Assert.NotNull(rate.Take(1));
    }

    [Fact]
    public void A_batch_of_any_size_passes_and_is_paid_for_afterwards()
    {
        var rate = AlertRate.Of(10, 10, clock)!;
        Assert.Null(rate.Take(110));
        Assert.Equal(10.1, rate.Take(1)!.Value.TotalSeconds, 6);
        clock.Advance(TimeSpan.FromSeconds(10.2));
        Assert.Null(rate.Take(1));
    }

    [Fact]
    public void Without_a_burst_it_is_that_of_ten_seconds_and_without_a_rate_there_is_none()
    {
        Assert.Null(AlertRate.Of(0, 5, clock));
        var rate = AlertRate.Of(0.5, 0, clock)!;
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(rate.Take(1)));
        Assert.NotNull(rate.Take(1));
        Assert.Null(AlertRate.Of(0.01, 0, clock)!.Take(1)); // one passes at least
    }

    [Fact]
    public void Each_address_has_its_own_and_a_network_of_IPv6_is_one()
    {
        var rates = new AddressRates(1, 1, clock);
        Assert.Null(rates.Take(IPAddress.Parse("10.0.0.1"), 1));
        Assert.NotNull(rates.Take(IPAddress.Parse("10.0.0.1"), 1));
        Assert.NotNull(rates.Take(IPAddress.Parse("::ffff:10.0.0.1"), 1));
        Assert.Null(rates.Take(IPAddress.Parse("2001:db8:0:1::1"), 1));
        Assert.NotNull(rates.Take(IPAddress.Parse("2001:db8:0:1:ffff::2"), 1));

        // Two addresses may share a place; that all of these do is as good as impossible.
        Assert.Contains(Enumerable.Range(2, 20), i => rates.Take(new IPAddress([10, 0, 0, (byte)i]), 1) is null);
        Assert.Null(new AddressRates(0, 0, clock).Take(IPAddress.Loopback, 1000));
    }
}
