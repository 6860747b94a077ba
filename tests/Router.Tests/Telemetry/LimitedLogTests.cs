using Microsoft.Extensions.Time.Testing;
using Saker.Router.Telemetry;

namespace Saker.Router.Tests.Telemetry;

public sealed class LimitedLogTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly List<string> said = [];

    [Fact]
    public void The_first_is_said_at_once_and_the_rest_with_its_number_after_a_minute()
    {
        using var log = new LimitedLog(clock);
        for (var i = 0; i < 300; i++)
        {
            log.Say("slow", count => said.Add($"slow {count}"));
        }

        log.Say("broken", count => said.Add($"broken {count}"));
        Assert.Equal(["slow 1", "broken 1"], said);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["slow 1", "broken 1", "slow 299"], said);
    }

    [Fact]
    public void What_goes_on_is_said_more_and_more_seldom_and_after_a_quiet_time_at_once_again()
    {
        using var log = new LimitedLog(clock);
        for (var second = 0; second < 24 * 3600; second++)
        {
            log.Say("slow", count => said.Add($"slow {count}"));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        // After 1, 2, 4, 8, 16 and 32 minutes more, then every hour.
        Assert.InRange(said.Count, 24, 32);
        said.Clear();
        clock.Advance(TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromHours(1));
        said.Clear();
        log.Say("slow", count => said.Add($"slow {count}"));
        Assert.Equal(["slow 1"], said);
    }

    [Fact]
    public void None_is_left_out_of_the_count()
    {
        var sum = 0L;
        using (var log = new LimitedLog(clock))
        {
            for (var i = 0; i < 1000; i++)
            {
                log.Say("slow", count => sum += count);
                clock.Advance(TimeSpan.FromSeconds(7));
            }
        }

        Assert.Equal(1000, sum);
    }
}
