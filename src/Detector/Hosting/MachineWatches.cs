using Saker.Detector.AddressNames;
using Saker.Detector.Capture;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Hosting;

/// <summary>Everybody who is asked about this machine beside its kernel, as a plan wants it: container runtimes, the API server, the resolver. Nobody for a capture.</summary>
/// <param name="state">Gets what they say.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told who can be asked, and who cannot.</param>
internal sealed class MachineWatches(MachineState state, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(3);

    private readonly Exchangeable<ContainerWatch> containers = new();
    private readonly Exchangeable<PodWatch> pods = new();

    /// <summary>Asks runtimes about containers.</summary>
    public ContainerWatch? Containers => containers.Value;

    /// <summary>Asks the API server about pods.</summary>
    public PodWatch? Pods => pods.Value;

    /// <summary>Puts in place whom a plan wants asked; who is asked already stays. Between two events.</summary>
    public async Task UseForAsync(DetectorPlan plan)
    {
        if (!plan.IsLive)
        {
            return;
        }

        var engines = plan.Configuration.Options.ContainerEngines;
        if (Containers is not { } watch || !watch.Options.IsSame(engines))
        {
            await containers.UseAsync(await ContainerWatch.StartAsync(engines, state, HostRoot.OfThisProcess(), clock, logger));
        }

        await PodWatch.UseForAsync(pods, plan, state, clock, logger);
    }

    /// <summary>Looks up names of addresses for one plan; null when that is not wanted.</summary>
    public async Task<NameInquiry?> NamesForAsync(DetectorPlan plan)
    {
        state.AddressNames = null;
        var options = plan.Configuration.Options.AddressNames;
        if (!plan.IsLive || !options.Enabled)
        {
            return null;
        }

        var names = new NameInquiry([.. NamesIn(plan.Rules)], options.Reverse, options.MaxAddresses, new SystemResolver(), clock);
        await names.StartAsync(NamePatience);
        state.AddressNames = names;
        return names;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await containers.DisposeAsync();
        await pods.DisposeAsync();
    }

    private static IEnumerable<string> NamesIn(RuleSet rules) => rules.Rules.Where(static rule => rule.IsOn)
        .SelectMany(static rule => FieldCatalogue.AddressNames.SelectMany(rule.Condition.ValuesNamed));
}
