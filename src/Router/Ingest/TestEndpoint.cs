using System.Globalization;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Enrichment;

namespace Saker.Router.Ingest;

/// <summary>
/// <c>POST /test</c>: stores the test alert, as Falcosidekick's does, and then waits a little to say what each output did with it. The status
/// is that of any alert.
/// </summary>
/// <param name="intake">The way in.</param>
/// <param name="watch">Follows an alert through the outputs; null when it cannot.</param>
/// <param name="outputs">How the outputs stand.</param>
/// <param name="clock">The clock.</param>
internal sealed class TestEndpoint(AlertIntake intake, Func<Guid, AlertWatch?> watch, Func<IReadOnlyList<OutputStatus>> outputs, TimeProvider clock)
{
    /// <summary>How long the outputs are waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What became of the alert on its way in, and the answer; null when it was not stored.</summary>
    public async Task<(IntakeResult Result, TestAnswer? Answer)> RunAsync(CancellationToken cancellationToken)
    {
        AlertWatch? followed = null;
        var uuid = Guid.Empty;
        try
        {
            var result = await intake.TakeAsync(TestAlert.Create(clock.GetUtcNow()), cancellationToken, given => followed = watch(uuid = given));
            if (result.Status != IntakeStatus.Stored)
            {
                return (result, null);
            }

            if (followed is not null)
            {
                await followed.WaitAsync(Patience, clock, cancellationToken);
            }

            return (result, Answer(uuid, followed?.Results ?? new Dictionary<string, WatchResult>()));
        }
        finally
        {
            followed?.Dispose();
        }
    }

    private TestAnswer Answer(Guid uuid, IReadOnlyDictionary<string, WatchResult> results) => new()
    {
        Uuid = uuid,
        Outputs =
        [
            .. outputs().Select(output =>
            {
                var result = results.GetValueOrDefault(output.Name) ?? new WatchResult(WatchState.Waiting, "");
                return new TestResult { Name = output.Name, Type = output.Type, Result = Word(result.State, output), Reason = Reason(result, output) };
            }),
        ],
    };

    private static string Word(WatchState state, OutputStatus output) => state switch
    {
        WatchState.Delivered => "delivered",
        WatchState.NotForIt => "filtered",
        WatchState.GivenUp => "given up",
        WatchState.Paused => "paused",
        WatchState.Waiting when output.PausedSince is not null => "paused",
        WatchState.Failing when output.BlockedSince is null => "failing",
        WatchState.Waiting when output.BlockedSince is null => "waiting",
        _ => "blocked",
    };

    private static string Reason(WatchResult result, OutputStatus output) => result.State switch
    {
        WatchState.NotForIt => "its filter ('minimumpriority', 'when') leaves this alert out",
        WatchState.Paused => string.Create(CultureInfo.InvariantCulture, $"somebody has paused it; {output.Depth} alerts wait until it is resumed"),
        WatchState.Waiting => output.LastError is { } error
            ? string.Create(CultureInfo.InvariantCulture, $"{output.Depth} alerts wait before or with it; the output fails: {error}")
            : string.Create(CultureInfo.InvariantCulture, $"{output.Depth} alerts wait before or with it"),
        _ => result.Reason,
    };
}
