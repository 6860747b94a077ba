using Saker.Http;
using Saker.Router.Configuration;
using Saker.Router.Log;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary>Runs a command against the router of a data directory.</summary>
internal static class ControlCommands
{
    /// <summary>What <paramref name="work"/> returns; 1 with the reason on <paramref name="errors"/> when the router or its files cannot be reached, or refuse.</summary>
    public static async Task<int> RunAsync(
        RouterConfiguration configuration, string? dataDirectory, bool needsFiles, TextWriter errors, Func<ControlClient, Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = await OpenAsync(configuration, dataDirectory, DefaultDataDirectory.Places, needsFiles, cancellationToken);
            return await work(client);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DataDirectoryException or ControlException || HttpFailure.Of(exception) is not null)
        {
            await errors.WriteLineAsync(exception.Message);
            return 1;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync("The router did not answer in time.");
            return 1;
        }
    }

    /// <summary>Reaches the router of the directory that was named, else the one that runs on a usual one, else the files there. Makes no directory.</summary>
    public static async Task<ControlClient> OpenAsync(
        RouterConfiguration configuration, string? dataDirectory, IReadOnlyList<DataPlace> places, bool needsFiles, CancellationToken cancellationToken)
    {
        if (dataDirectory is not null)
        {
            return await ControlClient.OpenAsync(Path.GetFullPath(dataDirectory), configuration.Router, needsFiles, cancellationToken);
        }

        var existing = DefaultDataDirectory.Existing(places).ToList();
        foreach (var place in existing)
        {
            var client = await ControlClient.OpenAsync(place.Path, configuration.Router, needsFiles: false, cancellationToken);
            if (client.IsRunning)
            {
                return client;
            }

            await client.DisposeAsync();
        }

        return existing.Count > 0
            ? await ControlClient.OpenAsync(existing[0].Path, configuration.Router, needsFiles, cancellationToken)
            : throw new IOException($"No router has run here, as far as this user can see: there is nothing in {string.Join(", ", places.Select(static place => place.Path))}. Name its data directory with --data-dir or {DefaultDataDirectory.Variable}.");
    }

    /// <summary>Names what the router would not start with; true when there is something.</summary>
    public static async Task<bool> IsRefusedAsync(RouterConfiguration configuration, TextWriter errors)
    {
        foreach (var fault in configuration.IsRefused ? configuration.Faults.Where(static fault => fault.Severity == FaultSeverity.Error) : [])
        {
            await errors.WriteLineAsync($"error: {fault}");
        }

        return configuration.IsRefused;
    }

    /// <summary>Lines up columns; the last one is as long as it is. What came from outside is kept on its line.</summary>
    public static async Task PrintAsync(TextWriter output, IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]));
            await output.WriteLineAsync(Plain(string.Join("  ", cells)).TrimEnd());
        }
    }

    // A destination's answer must not steer the terminal.
    private static string Plain(string text) => string.Concat(text.Select(static character => char.IsControl(character) ? ' ' : character));
}
