using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Detector.Engine;
using Saker.Detector.Inquiry;
using Saker.Detector.State;

namespace Saker.Detector.Hosting;

/// <summary>Everything that tells a state of the containers of this machine, as one configuration wants it.</summary>
internal sealed class ContainerWatch : IAsyncDisposable
{
    /// <summary>How long the start waits for runtimes to tell what they have.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);

    private readonly MachineState state;
    private readonly TimeProvider clock;
    private readonly ContainerInquiry inquiry;
    private readonly ContainerUsers users;
    private readonly List<ContainerEntry> told = [];
    private readonly List<ContainerEntry> ended = [];

    private ContainerWatch(ContainerEnginesOptions options, MachineState state, string hostRoot, TimeProvider clock, ILogger logger)
    {
        Options = options;
        this.state = state;
        this.clock = clock;
        inquiry = new ContainerInquiry(new RuntimeDiscovery(options, hostRoot, clock), clock, logger);
        users = new ContainerUsers(hostRoot.Length == 0 ? "/" : hostRoot);
        var containers = state.Containers;
        containers.ForgetQuestions(); // of a watch before
        containers.Ask = inquiry.Ask;
        containers.AskUsers = users.Ask;
        containers.Recognises = kind => ContainerRuntimes.IsRecognised(options, kind);
        containers.Ended = ended.Add;
        containers.UseStatic(ContainerRuntimes.StaticContainer(options));
    }

    /// <summary>What the configuration says.</summary>
    public ContainerEnginesOptions Options { get; }

    /// <summary>What was asked.</summary>
    public InquiryCounters Counters => inquiry.Counters;

    /// <summary>The runtimes that were found, and how they do.</summary>
    public IReadOnlyList<RuntimeState> Runtimes => inquiry.Runtimes;

    /// <summary>Begins, and returns when the runtimes have told what they have. Before any event is handled.</summary>
    /// <param name="options">Which runtimes are asked.</param>
    /// <param name="state">Gets what they say.</param>
    /// <param name="hostRoot">Where the machine's files are; empty outside a container.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told which runtimes are followed, and which cannot be.</param>
    public static async Task<ContainerWatch> StartAsync(ContainerEnginesOptions options, MachineState state, string hostRoot, TimeProvider clock, ILogger logger)
    {
        var watch = new ContainerWatch(options, state, hostRoot, clock, logger);
        await watch.inquiry.StartAsync(StartPatience);
        watch.inquiry.TakeOver(state.Containers, watch.told.Add);
        return watch;
    }

    /// <summary>Takes over what runtimes have said. For the event thread, between two events.</summary>
    /// <param name="pipeline">The way of the events that tell of it.</param>
    /// <param name="consumer">The rules.</param>
    public void TakeOver(EventPipeline pipeline, IEventConsumer consumer)
    {
        users.TakeOver(state.Containers);
        inquiry.TakeOver(state.Containers, told.Add);
        if (told.Count + ended.Count > 0)
        {
            var now = (ulong)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            Tell(ContainerEventWriter.Told, told, now, pipeline, consumer);
            Tell(ContainerEventWriter.Removed, ended, now, pipeline, consumer);
        }
    }

    private static unsafe void Tell(string name, List<ContainerEntry> entries, ulong now, EventPipeline pipeline, IEventConsumer consumer)
    {
        foreach (var entry in entries)
        {
            if (entry.Facts is not { } facts)
            {
                continue;
            }

            var bytes = ContainerEventWriter.Write(name, facts.Record, now);
            fixed (byte* address = bytes)
            {
                pipeline.Process(new RawEvent(address, bytes.Length), consumer);
                consumer.Settle();
            }
        }

        entries.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await inquiry.DisposeAsync();
        await users.DisposeAsync();
    }
}
