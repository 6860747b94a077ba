using System.Diagnostics;
using System.Globalization;

namespace Saker.Testing;

/// <summary>One of our programs as a process of its own, stopped by its id and by nothing broader.</summary>
public sealed class ProcessRunner : IAsyncDisposable
{
    private const int MaxLines = 10_000;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private TaskCompletionSource news = NewSource();

    private ProcessRunner(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
    }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>What it wrote so far, standard output and standard error together, the first 10,000 lines.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>Starts a program with arguments; <paramref name="environment"/> is added to this process's own.</summary>
    public static ProcessRunner Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var runner = new ProcessRunner(new Process { StartInfo = start });
        runner.process.Start();
        runner.process.BeginOutputReadLine();
        runner.process.BeginErrorReadLine();
        return runner;
    }

    /// <summary>Waits for a line that contains <paramref name="text"/>.</summary>
    /// <exception cref="TimeoutException">It did not come; the message holds what came instead.</exception>
    public async Task<string> WaitForLineAsync(string text, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            Task news;
            lock (gate)
            {
                if (lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }

                news = this.news.Task;
            }

            try
            {
                await news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No line with '{text}' in {patience}:\n{string.Join('\n', Lines)}");
            }
        }
    }

    /// <summary>Sends a signal by name: <c>TERM</c>, <c>KILL</c>, <c>INT</c>, <c>STOP</c>, <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    /// <exception cref="TimeoutException">It did not end; the message holds what it wrote.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} did not end in {patience}:\n{string.Join('\n', Lines)}");
        }

        return process.ExitCode;
    }

    /// <summary>Asks it to stop, and kills it with all that it started if it does not. Nothing of it runs afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Signal("TERM");
            try
            {
                await WaitForExitAsync(StopPatience);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(StopPatience); // with a limit: whoever still holds its pipe must not hold the tests
            }
        }

        process.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (gate)
        {
            if (lines.Count < MaxLines)
            {
                lines.Add(line);
            }

            var news = this.news;
            this.news = NewSource();
            news.TrySetResult();
        }
    }
}
