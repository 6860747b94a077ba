using Saker.Router.Access;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Reload;

namespace Saker.Router.Api;

/// <summary>What the API works on.</summary>
internal sealed record ApiBackend
{
    /// <summary>The dead letters: all that there is when no router runs.</summary>
    public required IDeadLetters Letters { get; init; }

    /// <summary>The running router; null when none runs.</summary>
    public RunningRouter? Router { get; init; }

    /// <summary>Lets those in that come over a port; null where nobody does.</summary>
    public Admission? Admission { get; init; }

    /// <summary>Gets what failed unexpectedly.</summary>
    public Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>A running router as the API sees it.</summary>
internal sealed record RunningRouter
{
    /// <summary>The outputs.</summary>
    public required DeliveryEngine Delivery { get; init; }

    /// <summary>The alert log.</summary>
    public required IAlertLog Log { get; init; }

    /// <summary>What is in effect now.</summary>
    public required Func<RunningConfiguration> Configuration { get; init; }

    /// <summary>Why alerts cannot be taken; null when they can.</summary>
    public Func<string?> Fault { get; init; } = static () => null;

    /// <summary>Sends a test alert; null when it could not be stored, with the reason.</summary>
    public Func<CancellationToken, Task<(TestAnswer? Answer, string Reason)>> Test { get; init; } = static _ => Task.FromResult<(TestAnswer?, string)>((null, "there are no outputs to ask"));

    /// <summary>The data directory.</summary>
    public string DataDirectory { get; init; } = "";

    /// <summary>Where the router listens.</summary>
    public Func<IReadOnlyList<string>> Addresses { get; init; } = static () => [];

    /// <summary>When it started.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>Ends with the router, and with it every stream of events.</summary>
    public CancellationToken Stopping { get; init; }
}
