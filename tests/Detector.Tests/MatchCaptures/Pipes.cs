using Saker.Detector.MatchCaptures;

namespace Saker.Detector.Tests.MatchCaptures;

/// <summary>The bounded pipe between the thread of the events and the one that writes.</summary>
public sealed class Pipes
{
    [Fact]
    public void What_has_no_room_is_refused_and_what_was_given_back_is_room_again()
    {
        var pipe = new CapturePipe(2 * CapturePipe.PortionBytes, waits: false);
        pipe.Begin(new MatchCapture("p", "r", 1));
        Assert.True(pipe.TryReserve(CapturePipe.PortionBytes));
        pipe.Write(new byte[CapturePipe.PortionBytes]);
        Assert.True(pipe.TryReserve(10));
        pipe.Write(new byte[10]);
        Assert.False(pipe.TryReserve(CapturePipe.PortionBytes));
        Assert.False(pipe.IsOverflowing); // nothing of it was written
        using var taken = pipe.Taken.GetEnumerator();
        Assert.True(taken.MoveNext());
        Assert.Equal(CapturePipe.PortionBytes, taken.Current.Bytes.Length);
        pipe.GiveBack(taken.Current);
        Assert.True(pipe.TryReserve(CapturePipe.PortionBytes));
        pipe.End();
        pipe.Complete();
        Assert.True(taken.MoveNext());
        Assert.Equal(10, taken.Current.Bytes.Length); // what was reserved lies in a portion of its own
        pipe.GiveBack(taken.Current);
        Assert.True(taken.MoveNext());
        Assert.True(taken.Current.IsEnd);
        pipe.GiveBack(taken.Current);
        Assert.False(taken.MoveNext());
        Assert.Equal(0, pipe.WaitingBytes);
        pipe.Release();
    }

    [Fact]
    public void Lists_that_have_no_room_overflow_until_the_next_capture()
    {
        var pipe = new CapturePipe(CapturePipe.PortionBytes, waits: false);
        pipe.Begin(new MatchCapture("p", "r", 1));
        pipe.Write(new byte[CapturePipe.PortionBytes]);
        Assert.False(pipe.IsOverflowing);
        pipe.Write([1]);
        Assert.True(pipe.IsOverflowing);
        pipe.End();
        pipe.Begin(new MatchCapture("p", "r", 2));
        Assert.False(pipe.IsOverflowing);
        pipe.Release();
    }

    [Fact]
    public async Task A_replay_waits_for_room()
    {
        var pipe = new CapturePipe(CapturePipe.PortionBytes, waits: true);
        pipe.Begin(new MatchCapture("p", "r", 1));
        var reader = Task.Run(
            () =>
            {
                long sum = 0;
                foreach (var portion in pipe.Taken)
                {
                    sum += portion.Bytes.Length;
                    pipe.GiveBack(portion);
                }

                return sum;
            },
            TestContext.Current.CancellationToken);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(pipe.TryReserve(600_000));
            pipe.Write(new ReadOnlySpan<byte>(new byte[600_000]));
        }

        Assert.False(pipe.TryReserve(CapturePipe.PortionBytes + 1)); // it would never be
        pipe.End();
        pipe.Complete();
        Assert.Equal(20 * 600_000, await reader);
        pipe.Release();
    }
}
