using System.Globalization;
using System.Runtime.InteropServices;
using Saker.Logging;
using Saker.Router.Access;
using Saker.Router.Configuration;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Router.Reload;
using Saker.Router.Routing;
using Saker.Router.Telemetry;
using Saker.Settings;

namespace Saker.Router.Hosting;

/// <summary>Runs the router until it is told to stop.</summary>
internal static class RunCommand
{
    // Senders behind a service still reach a pod for a moment after it was told to stop.
    private static readonly TimeSpan LastAccept = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(5);

    /// <summary>0 after a stop that was asked for; 1 when the router could not start, with the reason in the log.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, string? dataDirectory, CancellationToken stop)
    {
        var levels = new LogLevelSwitch { Level = ReloadTargets.LevelOf(configuration.Router) };
        using var loggers = LoggerFactory.Create(logging => logging
            .AddLines(json: configuration.Router.LogFormat == "json")
            .AddSwitch(levels)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)); // it logs what it also throws
        var logger = loggers.CreateLogger("Saker.Router");
        var clock = TimeProvider.System;
        var faults = new ConfigFaults();
        using var limited = new LimitedLog(clock);
        var notices = new OutputNotices((key, problem) => limited.Say(key, count => RunLog.OptionFails(logger, key, count, problem.EndsWith('.') ? problem : problem + ".")), logger);
        var outputs = OutputAssembly.Create(configuration, clock, faults, notices);
        try
        {
            foreach (var fault in configuration.Faults.Concat(faults.All))
            {
                ConfigurationLog.Fault(logger, fault);
            }

            if (configuration.IsRefused || (faults.HasErrors && configuration.Router.Config.OnError == "refuse"))
            {
                RunLog.CannotStart(logger, "the configuration has the faults above; mend them, or set 'config.onerror: ignore' to run what is valid.");
                return 1;
            }

            await ServeAsync(configuration, outputs, dataDirectory, loggers, levels, logger, limited, notices, clock, stop);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DataDirectoryException)
        {
            RunLog.CannotStart(logger, exception.Message);
            return 1;
        }
        finally
        {
            foreach (var output in outputs)
            {
                await output.DisposeAsync();
            }
        }
    }

    private static async Task ServeAsync(
        RouterConfiguration configuration, List<RoutedOutput> outputs, string? dataDirectory, ILoggerFactory loggers, LogLevelSwitch levels, ILogger logger,
        LimitedLog limited, OutputNotices notices, TimeProvider clock, CancellationToken stop)
    {
        var options = configuration.Router;
        await using var parts = new Parts();
        var keeping = AlertKeeping.Open(parts, options, dataDirectory, outputs, loggers, logger, clock);
        var running = new RunningConfiguration(configuration, [.. outputs]);
        var current = () => running; // the reloader's, as soon as there is one
        var entrance = await Entrance.OpenAsync(parts, keeping, options, () => current(), limited, notices, logger, clock);
        var targets = new ReloadTargets
        {
            Enricher = entrance.Enricher,
            Access = entrance.Access,
            Delivery = keeping.Delivery,
            Levels = levels,
            Notices = notices,
            Metrics = keeping.Metrics,
            Reloads = new ReloadMetrics(keeping.Metrics, clock),
            Certificates = entrance.Certificates,
        };
        await using var reloader = new ConfigurationReloader(
            configuration, outputs, () => RouterConfigurationLoader.Load(configuration.File, EnvironmentVariables.OfProcess(), OutputCatalogue.Default), targets, clock, logger);
        current = () => reloader.State;
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reloader.Trigger("SIGHUP");
        });
        Greet(configuration, outputs, keeping.Directory.Root, Address(options, entrance.Port), entrance.Access, logger);
        await WhenCancelledAsync(stop);
        RunLog.Stopping(logger, DurationText.Format(LastAccept));
        await Task.WhenAll(Task.Delay(LastAccept, clock, CancellationToken.None), reloader.StopAsync());
        using var answers = new CancellationTokenSource(LastAnswers, clock);
        await entrance.CloseAsync(answers.Token);
        limited.Flush(); // the last line of the log counts what is left
        await keeping.Delivery.StopAsync(CancellationToken.None);
    }

    private static void Greet(RouterConfiguration configuration, List<RoutedOutput> outputs, string directory, string address, AccessControl access, ILogger logger)
    {
        RunLog.Started(logger, address, directory, outputs.Count == 0 ? "none" : string.Join(", ", outputs.Select(static output => output.Name)), configuration.Proxy);
        if (outputs.Count == 0)
        {
            RunLog.NoOutput(logger);
        }

        var options = configuration.Router;
        if (!options.ListenAddress.IsLoopback && !access.Protects(ProtectedArea.Alerts) && options.TlsServer is not { Deploy: true, MutualTls: true })
        {
            RunLog.OpenToAll(logger, address);
        }
    }

    private static string Address(RouterOptions options, int port)
    {
        var host = options.ListenAddress.Address switch
        {
            null => "localhost",
            { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address => $"[{address}]",
            { } address => address.ToString(),
        };
        var tls = options.TlsServer;
        var first = string.Create(CultureInfo.InvariantCulture, $"{(tls.Deploy ? "https" : "http")}://{host}:{port}{(tls is { Deploy: true, MutualTls: true } ? " (from senders with a certificate)" : "")}");
        return tls is { Deploy: true, NoTlsPaths.Count: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{first}, and {string.Join(", ", tls.NoTlsPaths)} at http://{host}:{tls.NoTlsPort}") : first;
    }

    private static async Task WhenCancelledAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        await stopped.Task;
    }
}
