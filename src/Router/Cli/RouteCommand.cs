using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Alerts;
using Saker.CommandLine;
using Saker.Router.Api;
using Saker.Router.Configuration;
using Saker.Router.Reload;
using Saker.Router.Routing;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router route FILE|-</c>: which alert goes where, and why not elsewhere. Nothing is stored or sent.</summary>
internal static class RouteCommand
{
    private static readonly string[] Header = ["OUTPUT", "TYPE", "GETS IT", "WHY NOT"];

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var file = new Argument<string>("FILE") { Description = "A file with alerts as JSON: one on each line, spread over lines, or an array. '-' reads standard input." };
        var running = new Option<bool>("--running") { Description = "Asks the running router, which also knows what is paused, in place of this configuration." };
        var json = new Option<bool>(JsonOutput.Option.Name) { Description = "Prints a JSON object for each alert, one a line." };
        var command = new Command("route", "Says for each alert which outputs would get it, and why others would not; nothing is stored or sent. Example: saker-router route alert.json --config router.yaml") { file, running, json }.EndsWith(
            (0, "every alert goes somewhere"), (1, "the file or the configuration cannot be used, or no router runs"), (2, "an alert goes nowhere, or is none; standard error names it"), (SendCommand.Interrupted, "interrupted"));
        command.SetAction(async (result, cancellationToken) =>
        {
            var (output, errors) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            var configuration = load(result);
            try
            {
                await using var source = AlertFile.Open(result.GetValue(file)!);
                return result.GetValue(running)
                    ? await ControlCommands.RunAsync(
                        configuration, result.GetValue(dataDirectory), needsFiles: false, errors, client => AskAsync(source, client, result.GetValue(json), output, errors, cancellationToken), cancellationToken)
                    : await RunAsync(source, configuration, result.GetValue(json), output, errors, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return SendCommand.Interrupted;
            }
            catch (Exception exception) when (FileProblem.Is(exception))
            {
                await errors.WriteLineAsync($"'{result.GetValue(file)}' cannot be read: {FileProblem.Reason(exception, result.GetValue(file)!)}");
                return 1;
            }
        });
        return command;
    }

    /// <summary>By this configuration. 0 when every alert goes somewhere; 2 when one goes nowhere or is none; 1 when the configuration cannot be used.</summary>
    public static async Task<int> RunAsync(Stream source, RouterConfiguration configuration, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var faults = new ConfigFaults();
        var outputs = configuration.IsRefused ? [] : OutputAssembly.Create(configuration, TimeProvider.System, faults, new OutputNotices(static (_, _) => { }, NullLogger.Instance));
        try
        {
            foreach (var fault in configuration.Faults.Concat(faults.All).Where(static fault => fault.Severity == FaultSeverity.Error))
            {
                await errors.WriteLineAsync($"error: {fault}");
            }

            if (configuration.IsRefused || faults.HasErrors)
            {
                return 1;
            }

            var running = new RunningConfiguration(configuration, outputs);
            return await EachAsync(source, json, output, errors, alert => Task.FromResult(Explain(alert, running)), cancellationToken);
        }
        finally
        {
            foreach (var one in outputs)
            {
                await one.DisposeAsync();
            }
        }
    }

    private static async Task<int> AskAsync(Stream source, ControlClient client, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!client.IsRunning)
        {
            await errors.WriteLineAsync("No router runs on this data directory.");
            return 1;
        }

        return await EachAsync(source, json, output, errors, async alert =>
        {
            try
            {
                return (await client.RouteAsync(alert, cancellationToken), "");
            }
            catch (ControlException exception)
            {
                return (null, exception.Message);
            }
        }, cancellationToken);
    }

    private static (RouteAnswer? Answer, string Fault) Explain(ReadOnlyMemory<byte> json, RunningConfiguration running)
    {
        if (!AlertReader.TryRead(json.Span, out var alert, out _, out var error, running.Configuration.Router.Http.MaxDepth))
        {
            return (null, error);
        }

        var answer = AlertRoute.Explain(alert!, running, [], out var fault);
        return (answer, fault);
    }

    private static async Task<int> EachAsync(
        Stream source, bool json, TextWriter output, TextWriter errors, Func<ReadOnlyMemory<byte>, Task<(RouteAnswer? Answer, string Fault)>> explain, CancellationToken cancellationToken)
    {
        var code = 0;
        await foreach (var alert in AlertFile.ReadAsync(source, AlertSender.MaxAlertBytes, cancellationToken))
        {
            var (answer, fault) = alert.Fault is { } broken ? (null, broken) : await explain(alert.Json);
            if (answer is null)
            {
                await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"line {alert.Line}: {fault}"));
                code = 2;
                continue;
            }

            code = answer.Outputs.Any(static one => one.Gets) ? code : 2;
            if (json)
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, ApiJson.Default.RouteAnswer)); // a document a line, as the alerts come
            }
            else
            {
                await PrintAsync(alert.Line, answer, output);
            }
        }

        return code;
    }

    private static async Task PrintAsync(long line, RouteAnswer answer, TextWriter output)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"line {line}: {Text(answer.Alert, "rule")} ({Text(answer.Alert, "priority")})"));
        foreach (var added in answer.Added)
        {
            await output.WriteLineAsync($"  added by {added.By}: {added.Name}={added.Value.ReplaceLineEndings(" ")}");
        }

        foreach (var problem in answer.Problems)
        {
            await output.WriteLineAsync($"  {problem.ReplaceLineEndings(" ")}");
        }

        await ControlCommands.PrintAsync(output, [Header, .. answer.Outputs.Select(static one => (string[])[one.Name, one.Type, one.Gets ? "yes" : "no", string.Join(" ", one.Reasons.Select(static reason => reason.Detail))])]);
        await output.WriteLineAsync();
    }

    private static string Text(JsonElement alert, string key) => string.Concat(alert.GetProperty(key).ToString().Select(static character => char.IsControl(character) ? ' ' : character));
}
