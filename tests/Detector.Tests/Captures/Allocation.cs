using Saker.Conditions.Fields;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

public sealed class Allocation(ITestOutputHelper output)
{
    [Fact]
    public void Nothing_is_allocated_once_warm_over_fork_exec_open_connect_and_exit()
    {
        using var replay = new Replay("live-mix");
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = new EventContext();
        var pipeline = new EventPipeline(state);
        var resolver = new FieldResolver(new FieldCatalogue());
        var consumer = new ReadingConsumer(pipeline, context, [.. new[]
        {
            "evt.type", "evt.res", "evt.args", "evt.arg.flags", "proc.name", "proc.cmdline", "proc.pname", "proc.aname[2]", "proc.aname",
            "fd.name", "fd.directory", "fd.sip", "fd.types", "user.name", "container.id", "fs.path.name", "thread.cap_effective",
        }.Select(name => name.Split('[') is [var first, var rest] ? resolver.Resolve(first, rest[..^1], out _, out _)! : resolver.Resolve(name, null, out _, out _)!)]);
        for (var i = 0; i < 3; i++)
        {
            replay.Run(pipeline, consumer);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        replay.Run(pipeline, consumer);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{allocated} bytes over {replay.Count} events; {consumer.Present} values; {state.Pool.ReservedBytes} bytes of native memory; {state.Threads.Count} threads.");
        Assert.True(consumer.Present > replay.Count);
        Assert.Equal(0, pipeline.Malformed);
        Assert.Equal(0, allocated);
    }
}
