using Microsoft.Extensions.Time.Testing;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

public sealed class AcceptClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly FakeTimeProvider lived = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
    private readonly JumpingClock wall;
    private readonly AcceptClock clock;

    public AcceptClockTests()
    {
        wall = new JumpingClock(lived);
        clock = new AcceptClock(wall);
    }

    [Fact]
    public void A_jump_ahead_is_followed_and_makes_nothing_older()
    {
        var before = clock.Now;
        lived.Advance(Hour);
        wall.Jump(25 * Hour);
        var after = clock.Now;
        Assert.Equal(26 * Hour, UnixTime.ToTimeSpan(after - before));
        lived.Advance(Hour);
        Assert.Equal(2 * Hour, clock.AgeOf(before));
        Assert.Equal(Hour, clock.AgeOf(after));
        Assert.Equal(Hour * 1.5, clock.AgeOf(clock.Before(Hour * 1.5)));
        Assert.Equal(before, clock.Before(2 * Hour));
        Assert.Equal(before, clock.Before(3 * Hour) + UnixTime.ToNanoseconds(Hour));
        Assert.Equal(25 * Hour, clock.TakeJump()!.Value.By);
        Assert.Null(clock.TakeJump());
    }

    [Fact]
    public void A_jump_back_is_caught_up_with_and_the_time_never_decreases()
    {
        var before = clock.Now;
        wall.Jump(-Hour);
        Assert.Equal(-Hour, clock.TakeJump()!.Value.By);
        Assert.Equal(before, clock.Now);
        lived.Advance(Hour);
        Assert.Equal(Hour / 2, UnixTime.ToTimeSpan(clock.Now - before));
        for (var i = 0; i < 60; i++)
        {
            var last = clock.Now;
            lived.Advance(TimeSpan.FromMinutes(2));
            Assert.True(clock.Now > last);
        }

        Assert.Equal(UnixTime.ToNanoseconds(wall.GetUtcNow()), clock.Now);
    }

    [Fact]
    public void A_start_with_a_clock_that_is_behind_goes_on_where_the_log_ends()
    {
        var end = clock.Now + UnixTime.ToNanoseconds(10 * Hour);
        clock.StartAt(end);
        lived.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(clock.Now, end, end + UnixTime.ToNanoseconds(TimeSpan.FromMinutes(1)));

        // The network's time arrives: what the log holds is as old as it was.
        wall.Jump(12 * Hour);
        Assert.InRange(clock.AgeOf(end), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(UnixTime.ToNanoseconds(wall.GetUtcNow()), clock.Now);
    }

    [Fact]
    public void Small_corrections_are_no_jumps()
    {
        for (var i = 0; i < 1000; i++)
        {
            lived.Advance(TimeSpan.FromSeconds(1));
            wall.Jump(TimeSpan.FromMilliseconds(i % 3 == 0 ? -4 : 3));
            var now = clock.Now;
            Assert.InRange(UnixTime.ToTimeSpan(now - UnixTime.ToNanoseconds(wall.GetUtcNow())), TimeSpan.Zero, TimeSpan.FromMilliseconds(4));
        }

        Assert.Null(clock.TakeJump());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_clock_does_the_time_never_decreases_and_ages_are_at_most_what_was_lived(int seed)
    {
        var random = new Random(seed);
        var accepted = new List<(long At, DateTimeOffset Lived)>();
        for (var i = 0; i < 400; i++)
        {
            lived.Advance(TimeSpan.FromSeconds(random.Next(600)));
            if (random.Next(8) == 0)
            {
                wall.Jump(TimeSpan.FromSeconds(random.Next(-100_000, 100_000)));
            }

            var now = clock.Now;
            Assert.True(accepted.Count == 0 || now >= accepted[^1].At);
            accepted.Add((now, lived.GetUtcNow()));

            // A wall clock that catches up within the tolerance may add that much.
            Assert.All(accepted, one => Assert.InRange(clock.AgeOf(one.At), TimeSpan.Zero, lived.GetUtcNow() - one.Lived + TimeSpan.FromSeconds(5)));
        }
    }
}
