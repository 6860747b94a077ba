using System.CommandLine;
using System.Globalization;

namespace Saker.Detector.Cli;

/// <summary>Options of a run as a whole: how long it takes, whether it is one at all, and where its process number is written.</summary>
internal sealed class RunLimits
{
    private const double Year = 31_536_000;

    private readonly Option<double?> seconds = Seconds("Ends that long after the watching has begun.");
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Reads configuration and rules, says what is wrong with them, and ends." };
    private readonly Option<string> pidFile = new("--pidfile") { Description = "File that the number of the process is written to.", HelpName = "FILE" };

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(seconds);
        command.Add(dryRun);
        command.Add(pidFile);
    }

    /// <summary>An option <c>--seconds</c>, with what else it is called.</summary>
    public static Option<double?> Seconds(string description, params string[] aliases) => new("--seconds", aliases)
    {
        Description = description,
        HelpName = "N",
        CustomParser = static result =>
        {
            var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) && time is > 0 and <= Year)
            {
                return time;
            }

            result.AddError($"--seconds wants a number above 0, up to a year, not '{text}'.");
            return null;
        },
    };

    /// <summary>Whether only configuration and rules are looked at.</summary>
    public bool IsDryRun(ParseResult result) => result.GetValue(dryRun);

    /// <summary>Runs within the limits.</summary>
    /// <param name="result">The arguments.</param>
    /// <param name="run">Runs until the token fires, and calls the action when the watching begins.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<int> RunAsync(ParseResult result, Func<Action, CancellationToken, Task<int>> run, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var left = result.GetValue(seconds);
        if (result.GetValue(pidFile) is not { Length: > 0 } file)
        {
            return await run(Begin, limited.Token);
        }

        try
        {
            await File.WriteAllTextAsync(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n", CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"saker-detector: the process number cannot be written (--pidfile): {exception.Message}");
            return 1;
        }

        try
        {
            return await run(Begin, limited.Token);
        }
        finally
        {
            File.Delete(file);
        }

        // A reload begins the watching again, and not the time.
        void Begin()
        {
            if (left is { } time)
            {
                limited.CancelAfter(TimeSpan.FromSeconds(time));
                left = null;
            }
        }
    }
}
