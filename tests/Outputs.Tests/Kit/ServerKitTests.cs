using System.Net;
using System.Reflection;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kit;

/// <summary>The kit catches what is wrong with an output over a socket, and takes what is right.</summary>
public sealed class ServerKitTests
{
    public static TheoryData<string> Facts => [.. AllFacts().Select(static fact => fact.Name)];

    [Theory]
    [MemberData(nameof(Facts))]
    public Task An_output_with_nothing_wrong_passes(string fact) => RunAsync(ServerFlaw.None, fact);

    [Theory]
    [InlineData(nameof(ServerFlaw.SwallowsRefusals), nameof(ServerOutputContract.A_refusal_for_good_is_final_and_has_the_words_of_the_server))]
    [InlineData(nameof(ServerFlaw.LeaksItsPassword), nameof(ServerOutputContract.No_secret_is_told_though_the_server_repeats_it))]
    [InlineData(nameof(ServerFlaw.IgnoresItsPassword), nameof(ServerOutputContract.Each_secret_is_used))]
    [InlineData(nameof(ServerFlaw.RetriesInside), nameof(ServerOutputContract.A_failure_is_tried_once))]
    [InlineData(nameof(ServerFlaw.LosesOneOfABatch), nameof(ServerOutputContract.A_batch_has_an_outcome_for_each_alert))]
    [InlineData(nameof(ServerFlaw.BreaksLines), nameof(ServerOutputContract.No_alert_breaks_the_protocol))]
    [InlineData(nameof(ServerFlaw.MixesAttempts), nameof(ServerOutputContract.Parallel_attempts_do_not_mix))]
    [InlineData(nameof(ServerFlaw.KeepsItsConnection), nameof(ServerOutputContract.Nothing_is_left_after_the_end))]
    [InlineData(nameof(ServerFlaw.WaitsForEver), nameof(ServerOutputContract.A_silent_server_is_given_up_with_the_attempt))]
    [InlineData(nameof(ServerFlaw.HoldsItsThread), nameof(ServerOutputContract.An_attempt_holds_no_thread))]
    [InlineData(nameof(ServerFlaw.TakesASignInForFinal), nameof(ServerOutputContract.A_denied_sign_in_names_a_key_and_loses_nothing))]
    [InlineData(nameof(ServerFlaw.GivesUpOnAServerThatIsGone), nameof(ServerOutputContract.A_server_that_is_gone_is_a_retry_until_it_is_back))]
    [InlineData(nameof(ServerFlaw.SaysWhatDotNetSays), nameof(ServerOutputContract.A_server_that_is_gone_is_a_retry_until_it_is_back))]
    public async Task A_flaw_is_caught(string flaw, string fact)
    {
        var caught = await Record.ExceptionAsync(() => RunAsync(Enum.Parse<ServerFlaw>(flaw), fact));
        Assert.NotNull(caught);
        Assert.IsAssignableFrom<Xunit.Sdk.IAssertionException>(caught);
    }

    [Fact]
    public void The_contract_of_another_transport_is_not_enough() =>
        Assert.IsAssignableFrom<Xunit.Sdk.IAssertionException>(Record.Exception(new TooGeneral().The_contract_is_that_of_the_transport));

    private static IEnumerable<MethodInfo> AllFacts() =>
        typeof(ServerOutputContract).GetMethods().Where(static method => method.IsDefined(typeof(FactAttribute)));

    // A fact with arguments is one with true or false.
    private static async Task RunAsync(ServerFlaw flaw, string fact)
    {
        var method = AllFacts().Single(method => method.Name == fact);
        foreach (var arguments in method.GetParameters().Length == 0 ? new object[]?[] { null } : [[false], [true]])
        {
            try
            {
                if (method.Invoke(new FlawedContract(flaw), arguments) is Task running)
                {
                    await running;
                }
            }
            catch (TargetInvocationException exception)
            {
                throw exception.InnerException!;
            }
        }
    }

    private sealed class FlawedContract(ServerFlaw flaw) : ServerOutputContract(OutputRegistration.For<FlawedServerOutput, FlawedServerOptions>())
    {
        protected override Task<IServerDestination> StartServerAsync(IPEndPoint door) => Task.FromResult<IServerDestination>(new LineServer());

        protected override IReadOnlyDictionary<string, string?> MinimalConfig(IPEndPoint server) => new Dictionary<string, string?> { ["port"] = $"{server.Port}", ["flaw"] = flaw.ToString() };
    }

    private sealed class TooGeneral() : OutputContract(OutputRegistration.For<FlawedServerOutput, FlawedServerOptions>())
    {
        protected override IReadOnlyDictionary<string, string?> AnyConfig => new Dictionary<string, string?>();
    }
}
