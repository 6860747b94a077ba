using Saker.Detector.Configuration;
using Saker.Detector.Containers.Runtimes;
using Saker.Detector.Engine;
using Saker.Detector.State;

namespace Saker.Detector.Containers;

/// <summary>Everything that tells a state of the containers of this machine, as one configuration wants it.</summary>
internal sealed class ContainerWatch : IAsyncDisposable
{
    /// <summary>How long the start waits for runtimes to tell what they have.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);

    private readonly MachineState state;
    private readonly ContainerInquiry inquiry;
    private readonly ContainerUsers users;

    private ContainerWatch(ContainerEnginesOptions options, MachineState state, string hostRoot, TimeProvider clock, ILogger logger)
    {
        Options = options;
        this.state = state;
        inquiry = new ContainerInquiry(new RuntimeDiscovery(options, hostRoot, clock), clock, logger);
        users = new ContainerUsers(hostRoot + "/proc");
        var containers = state.Containers;
        containers.Ask = inquiry.Ask;
        containers.AskUsers = users.Ask;
        containers.Recognises = kind => ContainerRuntimes.IsRecognised(options, kind);
        containers.UseStatic(ContainerRuntimes.StaticContainer(options));
    }

    /// <summary>What the configuration says.</summary>
    public ContainerEnginesOptions Options { get; }

    /// <summary>What was asked.</summary>
    public InquiryCounters Counters => inquiry.Counters;

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
        watch.inquiry.TakeOver(state.Containers, learnt: null);
        return watch;
    }

    /// <summary>Takes over what runtimes have said. For the event thread, between two events.</summary>
    /// <param name="pipeline">The way of the events that tell of it.</param>
    /// <param name="consumer">The rules.</param>
    public void TakeOver(EventPipeline pipeline, IEventConsumer consumer)
    {
        users.TakeOver();
        inquiry.TakeOver(state.Containers, learnt: null);
    }

    public async ValueTask DisposeAsync()
    {
        await inquiry.DisposeAsync();
        await users.DisposeAsync();
    }
}
