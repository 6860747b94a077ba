using System.CommandLine;
using System.Globalization;
using Saker.CommandLine;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router send FILE|-</c>: sends alerts from a file or a terminal to a router, which keeps them before it says yes.</summary>
internal static class SendCommand
{
    public const string TokenVariable = "SAKER_TOKEN";

    /// <summary>Exit code after Ctrl-C, as shells have it.</summary>
    public const int Interrupted = 130;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    public static Command Create(Func<ParseResult, RouterConfiguration> load)
    {
        var file = new Argument<string>("FILE") { Description = "A file with alerts as JSON: one on each line, spread over lines, or an array. '-' reads standard input as it comes." };
        var to = new Option<Uri?>("--to") { Description = "Where the router is. Without it: the router of this configuration on this machine.", HelpName = "URL", CustomParser = static result => Address(result) };
        var token = new Option<string?>("--token-file") { Description = $"A file with the token to show (http.clients there). Without it: the variable {TokenVariable}.", HelpName = "FILE" };
        var single = new Option<bool>("--single") { Description = "One request for each alert, for a router that knows no batches: Falcosidekick, or one with strictcompatibility." };
        var command = new Command("send", "Sends alerts to a router, and says which were not taken and why. Examples: saker-router send alerts.json; tail -f falco.json | saker-router send - --to https://router:2801") { file, to, token, single, JsonOutput.Option }.EndsWith(
            (0, "every alert was taken"), (1, "the file or the configuration cannot be read, or the router cannot be reached or takes nothing from here"), (2, "some alerts were not taken; each is named"), (Interrupted, "interrupted; what was read before is sent"));
        command.SetAction(async (result, cancellationToken) =>
        {
            var (output, errors) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            try
            {
                var secret = Token(result.GetValue(token));
                var target = result.GetValue(to);
                if (target is null)
                {
                    var configuration = load(result);
                    if (await ControlCommands.IsRefusedAsync(configuration, errors))
                    {
                        return 1; // its address is not known
                    }

                    target = AddressOf(configuration);
                }

                await using var source = AlertFile.Open(result.GetValue(file)!);
                return await SendAsync(source, target, secret, result.GetValue(single), result.GetValue(JsonOutput.Option), TimeProvider.System, output, errors, !Console.IsErrorRedirected, cancellationToken);
            }
            catch (Exception exception) when (FileProblem.Is(exception))
            {
                await errors.WriteLineAsync($"'{result.GetValue(file)}' cannot be read: {FileProblem.Reason(exception, result.GetValue(file)!)}");
                return 1;
            }
        });
        return command;
    }

    /// <summary>0 when every alert was taken; 2 when some were not, each named; 1 when the router could not be reached; 130 when it was interrupted.</summary>
    public static async Task<int> SendAsync(
        Stream source, Uri target, string? token, bool single, bool json, TimeProvider clock, TextWriter output, TextWriter errors, bool showsProgress, CancellationToken cancellationToken)
    {
        using var sender = new AlertSender(target, token, single ? 1 : AlertSender.MaxBatch, clock);
        var start = clock.GetTimestamp();
        var told = start;
        string? failure = null;
        var isInterrupted = false;

        // Ctrl-C ends the reading. A request that is under way has some seconds more: broken off, its alerts would be there twice.
        using var sending = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var interrupted = cancellationToken.Register(() => sending.CancelAfter(LastWords));
        try
        {
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var alerts = AlertFile.ReadAsync(source, AlertSender.MaxAlertBytes, reading.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await NextAsync(alerts, reading, sender, clock, sending.Token))
            {
                await sender.AddAsync(alerts.Current, sending.Token);
                await TellAsync(last: false);
            }

            await sender.FlushAsync(sending.Token);
        }
        catch (SendException exception)
        {
            failure = exception.Message;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isInterrupted = true;
            failure = await SendRestAsync(sender, sending.Token);
        }

        await TellAsync(last: true);
        foreach (var refused in sender.Refused)
        {
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"line {refused.Line}: {refused.Reason}"));
        }

        if (sender.RefusedCount > sender.Refused.Count)
        {
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"and {sender.RefusedCount - sender.Refused.Count} more"));
        }

        if (failure is not null)
        {
            await errors.WriteLineAsync(failure);
        }

        await SummariseAsync(sender, clock.GetElapsedTime(start), failure, json, output);
        return isInterrupted ? Interrupted : failure is not null ? 1 : sender.RefusedCount > 0 ? 2 : 0;

        async Task TellAsync(bool last)
        {
            if (showsProgress && !json && (last || clock.GetElapsedTime(told) >= TimeSpan.FromMilliseconds(200)))
            {
                told = clock.GetTimestamp();
                await errors.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r{sender.Taken} taken, {sender.RefusedCount} refused{(last ? "\r\u001b[K" : "")}"));
            }
        }
    }

    // What was read is sent when nothing more comes for a moment: behind 'tail -f' the next alert may be hours away.
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<AlertText> alerts, CancellationTokenSource reading, AlertSender sender, TimeProvider clock, CancellationToken sending)
    {
        var next = alerts.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        var moved = next.AsTask();
        if (sender.HasWaiting && await Task.WhenAny(moved, Task.Delay(Quiet, clock, reading.Token)) != moved && !reading.IsCancellationRequested)
        {
            try
            {
                await sender.FlushAsync(sending);
            }
            catch
            {
                // What reads cannot be put away before it has ended.
                await reading.CancelAsync();
                await moved.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                throw;
            }
        }

        return await moved;
    }

    // What was read is not lost, as far as that goes quickly.
    private static async Task<string?> SendRestAsync(AlertSender sender, CancellationToken sending)
    {
        try
        {
            await sender.FlushAsync(sending);
            return null;
        }
        catch (SendException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException)
        {
            return "The router did not take the last alerts in time; they may have to be sent again.";
        }
    }

    private static Task SummariseAsync(AlertSender sender, TimeSpan time, string? failure, bool json, TextWriter output) => json
        ? JsonOutput.WriteAsync(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("taken", sender.Taken);
            writer.WriteNumber("refused", sender.RefusedCount);
            writer.WriteStartArray("reasons");
            foreach (var refused in sender.Refused)
            {
                writer.WriteStartObject();
                writer.WriteNumber("line", refused.Line);
                writer.WriteString("reason", refused.Reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("failure", failure);
            writer.WriteEndObject();
        })
        : output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{sender.Taken} alerts taken, {sender.RefusedCount} refused, in {DurationText.About(time)}."));

    private static string? Token(string? file) =>
        file is not null ? File.ReadAllText(file).Trim() : Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } set ? set : null;

    private static Uri AddressOf(RouterConfiguration configuration) =>
        new($"{(configuration.Router.TlsServer.Deploy ? "https" : "http")}://{LocalAddress.Of(configuration.Router.ListenAddress.Address)}:{configuration.Router.ListenPort}/");

    private static Uri? Address(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return uri;
        }

        result.AddError($"'{text}' is no address; write http://HOST:PORT or https://HOST:PORT.");
        return null;
    }
}
