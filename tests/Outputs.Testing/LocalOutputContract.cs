using Saker.Router.Configuration;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output on this machine must do.</summary>
/// <param name="type">The output's type.</param>
public abstract class LocalOutputContract(string type)
{
    /// <summary>The least keys that switch it on.</summary>
    protected abstract IReadOnlyDictionary<string, string?> MinimalConfig { get; }

    /// <summary>An attempt that was given up before it began does nothing.</summary>
    [Fact]
    public async Task A_cancelled_attempt_is_neither_retry_nor_refusal()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await router.Output.DeliverAsync([SampleAlerts.Full], new CancellationToken(canceled: true)));
    }

    /// <summary>Options are closed, and faults name the key.</summary>
    [Fact]
    public void Options_are_checked_and_faults_name_the_key()
    {
        Assert.True(OutputCatalogue.Default.Find(type)!.OptionsType.IsSealed);
        Assert.Empty(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig)).Faults);
        var unknown = new Dictionary<string, string?>(MinimalConfig) { ["no-such-key"] = "x" };
        Assert.Contains(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, unknown)).Faults, static f => f.Contains("outputs.tested.no-such-key", StringComparison.Ordinal));
        var word = new Dictionary<string, string?>(MinimalConfig) { ["format"] = "xml" };
        Assert.Contains(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, word)).Faults, static f => f.Contains("outputs.tested.format", StringComparison.Ordinal));
    }

    /// <summary>An instance can be disposed of twice.</summary>
    [Fact]
    public async Task Dispose_is_quiet_and_repeatable()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, MinimalConfig));
        await router.Output.DisposeAsync();
        await router.Output.DisposeAsync();
    }
}
