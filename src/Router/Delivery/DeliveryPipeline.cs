using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Saker.Router.Delivery;

/// <summary>What one attempt came to for its alerts together.</summary>
/// <param name="Again">Some are to be tried again.</param>
/// <param name="Failed">None came through, and the destination did not refuse them either: it counts against the breaker.</param>
/// <param name="After">The wait that the destination asked for.</param>
internal readonly record struct AttemptOutcome(bool Again, bool Failed, TimeSpan? After);

/// <summary>Builds the one resilience pipeline of an instance: retry around circuit breaker around time limit.</summary>
internal static class DeliveryPipeline
{
    /// <summary>How long the breaker counts an attempt.</summary>
    public static readonly TimeSpan BreakerMemory = TimeSpan.FromMinutes(1);

    public static ResiliencePipeline<AttemptOutcome> Build(string name, DeliveryOptions options, TimeSpan attemptTimeout, TimeProvider clock, CircuitBreakerStateProvider breaker) =>
        new ResiliencePipelineBuilder<AttemptOutcome> { Name = name, TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // No bound here: what is given up, and when, depends on the alert and on the other alerts; the attempt decides it.
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstDelay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = static arguments => new(
                    arguments.Outcome.Exception is BrokenCircuitException or TimeoutRejectedException
                    || (arguments.Outcome.Exception is null && arguments.Outcome.Result.Again)),
                DelayGenerator = arguments => new(Delay(arguments.Outcome, options)),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptOutcome>
            {
                FailureRatio = 1.0,
                MinimumThroughput = options.BreakerFailures,
                SamplingDuration = BreakerMemory,
                BreakDuration = options.BreakDuration,
                StateProvider = breaker,
                ShouldHandle = static arguments => new(
                    arguments.Outcome.Exception is TimeoutRejectedException || (arguments.Outcome.Exception is null && arguments.Outcome.Result.Failed)),
            })
            .AddTimeout(attemptTimeout)
            .Build();

    private static TimeSpan? Delay(Outcome<AttemptOutcome> outcome, DeliveryOptions options) => outcome switch
    {
        // 'At once' is no delay that a destination in trouble can mean; ours applies.
        { Exception: null, Result.After: { } asked } when asked > TimeSpan.Zero => asked < options.MaxRetryAfter ? asked : options.MaxRetryAfter,
        _ => null,
    };
}
