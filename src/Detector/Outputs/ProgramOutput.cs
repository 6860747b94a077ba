using System.ComponentModel;

namespace Saker.Detector.Outputs;

/// <summary>
/// Gives each alert as a line to a program on its standard input: one process for each alert, or one for all, which is started again when
/// it has ended. A program that fails again and again is started less and less often. What a program has been given counts as written;
/// a process of its own for an alert must also end without a failure.
/// </summary>
/// <param name="command">The program, for <c>sh -c</c>.</param>
/// <param name="keepRunning">One process for all alerts.</param>
/// <param name="clock">The time.</param>
internal sealed class ProgramOutput(string command, bool keepRunning, TimeProvider clock) : IAlertOutput
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private ChildProcess? running;
    private DateTimeOffset startedAt;
    private DateTimeOffset notBefore;
    private TimeSpan pause;
    private long restarts;
    private volatile bool mustRestart;

    public string Name => "program";

    public long Restarts => Interlocked.Read(ref restarts);

    /// <summary>The process that takes alerts; null for none.</summary>
    public int? RunningId => running?.Id;

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        byte[] line = [.. alert.Line.Span, (byte)'\n'];
        if (keepRunning)
        {
            await WriteToRunningAsync(line, cancellationToken);
        }
        else
        {
            await RunAsync(line, cancellationToken);
        }
    }

    public void Reopen() => mustRestart = true;

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await EndAsync(running);
        }

        running = null;
    }

    private async Task RunAsync(byte[] line, CancellationToken cancellationToken)
    {
        var child = Start();
        int? code = null;
        try
        {
            // Whether it reads all that it is given is its own matter.
            await child.WriteAsync(line, clock, cancellationToken);
            child.CloseInput();
            code = await child.WaitAsync(clock, cancellationToken);
        }
        finally
        {
            if (code is null)
            {
                await EndAsync(child);
            }

            child.Dispose();
        }

        // It may have done half of its work, and a second time would do that again.
        if (code != 0)
        {
            throw new AlertRefusedException($"the program ended with {Ending(code.Value)}.");
        }
    }

    private async Task WriteToRunningAsync(byte[] line, CancellationToken cancellationToken)
    {
        if (running is not null && mustRestart)
        {
            await EndAsync(running);
            running = null;
        }

        mustRestart = false;
        if (running?.TryGetExit() is not null)
        {
            Ended();
        }

        if (running is null)
        {
            var now = clock.GetUtcNow();
            if (now < notBefore)
            {
                throw new OutputBusyException("the program has ended, and is started again after a pause.", notBefore - now);
            }

            running = Start();
            startedAt = now;
        }

        if (!await running.WriteAsync(line, clock, cancellationToken))
        {
            var ended = await running.WaitAsync(clock, cancellationToken);
            Ended();
            throw new OutputBusyException($"the program ended with {Ending(ended)}; it is started again.", notBefore - clock.GetUtcNow());
        }
    }

    private void Ended()
    {
        running?.Dispose();
        running = null;
        Interlocked.Increment(ref restarts);
        var now = clock.GetUtcNow();
        pause = now - startedAt >= LongLife ? TimeSpan.Zero
            : pause == TimeSpan.Zero ? ShortestPause
            : pause * 2 < LongestPause ? pause * 2 : LongestPause;
        notBefore = now + pause;
    }

    private ChildProcess Start()
    {
        try
        {
            return ChildProcess.StartShell(command);
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"the shell cannot be started: {exception.Message}.", exception);
        }
    }

    // Without input most programs end by themselves.
    private async Task EndAsync(ChildProcess child)
    {
        child.CloseInput();
        if (!await child.TryWaitAsync(EndPatience, clock))
        {
            child.KillGroup();
            await child.TryWaitAsync(EndPatience, clock);
        }

        child.Dispose();
    }

    private static string Ending(int code) => code > 128 ? $"code {code} (signal {code - 128})" : $"code {code}";
}
