using System.ComponentModel.DataAnnotations;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>What is done about a loss of events. Whatever stands here, the log and the metrics tell it.</summary>
[SnakeCaseKeys]
internal sealed record SyscallEventDropsOptions
{
    /// <summary>The share of a second's events, 0 to 1, that must be lost before something is done.</summary>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.1;

    /// <summary>What is done: <c>alert</c> sends an alert (<c>Falco internal: syscall event drop</c>), <c>exit</c> ends the detector; <c>log</c> and <c>ignore</c> add nothing to the log's own line.</summary>
    [Words("ignore", "log", "alert", "exit")]
    public IReadOnlyList<string> Actions { get; init; } = ["log", "alert"];

    /// <summary>Actions per second at most, in the long run.</summary>
    [Range(0.0, 1000.0)]
    public double Rate { get; init; } = 0.03333;

    /// <summary>Actions that may follow one another before the rate counts.</summary>
    [Range(1, 1000)]
    public int MaxBurst { get; init; } = 1;

    /// <summary>Acts as if events had been lost in every second: for trying out where the alert goes.</summary>
    public bool SimulateDrops { get; init; }
}
