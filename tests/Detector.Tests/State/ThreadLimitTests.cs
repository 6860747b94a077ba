using Saker.Detector.State;

namespace Saker.Detector.Tests.State;

public sealed class ThreadLimitTests
{
    [Fact]
    public void Threads_beyond_the_limit_are_left_out_and_counted()
    {
        using var state = new MachineState(maxThreads: 3);
        for (var tid = 1; tid <= 3; tid++)
        {
            Assert.NotNull(state.Threads.Add(tid, tid, 0));
        }

        Assert.Null(state.Threads.Add(4, 4, 0));
        Assert.Equal(3, state.Threads.Count);
        Assert.Equal(1, state.Threads.LeftOut);
        Assert.NotNull(state.Threads.Add(2, 2, 0)); // in place of the one that is there
    }
}
