using System.Reflection;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kit;

/// <summary>The kit catches what is wrong, and takes what is right.</summary>
public sealed class KitTests
{
    public static TheoryData<string> Facts => [.. AllFacts().Select(static fact => fact.Name).Where(static name => name != nameof(HttpOutputContract.Payloads_are_the_committed_ones))];

    [Theory]
    [MemberData(nameof(Facts))]
    public Task An_output_with_nothing_wrong_passes(string fact) => RunAsync(Flaw.None, fact);

    [Theory]
    [InlineData(nameof(Flaw.RetriesInside), nameof(HttpOutputContract.A_failure_is_tried_once))]
    [InlineData(nameof(Flaw.LeaksItsSecret), nameof(HttpOutputContract.No_secret_leaks_and_each_is_used))]
    [InlineData(nameof(Flaw.LosesOneOfABatch), nameof(HttpOutputContract.A_batch_has_an_outcome_for_each_alert))]
    [InlineData(nameof(Flaw.IgnoresAKey), nameof(HttpOutputContract.No_secret_leaks_and_each_is_used))]
    [InlineData(nameof(Flaw.CutsCharacters), nameof(HttpOutputContract.Any_alert_is_sent_in_whole_characters))]
    [InlineData(nameof(Flaw.KeepsASocket), nameof(HttpOutputContract.Nothing_is_left_after_the_end))]
    [InlineData(nameof(Flaw.ReadsEverything), nameof(HttpOutputContract.A_large_broken_or_endless_error_body_is_cut))]
    [InlineData(nameof(Flaw.TakesTooManyAsFinal), nameof(HttpOutputContract.Every_status_has_its_outcome))]
    [InlineData(nameof(Flaw.BlocksItsThread), nameof(HttpOutputContract.An_attempt_holds_no_thread))]
    public async Task A_flaw_is_caught(string flaw, string fact)
    {
        var caught = await Record.ExceptionAsync(() => RunAsync(Enum.Parse<Flaw>(flaw), fact));
        Assert.NotNull(caught);
        Assert.IsAssignableFrom<Xunit.Sdk.IAssertionException>(caught);
    }

    private static IEnumerable<MethodInfo> AllFacts() =>
        typeof(HttpOutputContract).GetMethods().Where(static method => method.IsDefined(typeof(FactAttribute)));

    private static async Task RunAsync(Flaw flaw, string fact)
    {
        try
        {
            if (AllFacts().Single(method => method.Name == fact).Invoke(new FlawedContract(flaw), null) is Task running)
            {
                await running;
            }
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private sealed class FlawedContract(Flaw flaw) : HttpOutputContract(OutputRegistration.For<FlawedOutput, FlawedOptions>())
    {
        protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
            new Dictionary<string, string?> { ["address"] = endpoint.ToString(), ["flaw"] = flaw.ToString() };
    }
}
