using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Saker.Alerts;

namespace Saker.Detector.Outputs;

/// <summary>
/// Brings the detector's own log to the machine's syslog. Nobody waits for it: what syslog does not take in time is left out, and so is
/// everything where there is no syslog, for where would that be told.
/// </summary>
internal sealed class SyslogLog : ILoggerProvider
{
    private const int Capacity = 1024;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly Channel<(Priority Severity, string Text)> entries =
        Channel.CreateBounded<(Priority, string)>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SyslogSocket syslog;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Task worker;

    /// <param name="clock">The time of messages.</param>
    /// <param name="path">Where syslog listens.</param>
    public SyslogLog(TimeProvider clock, string path = SyslogSocket.DefaultPath)
    {
        syslog = new SyslogSocket(path, clock);
        worker = Task.Run(WriteAsync);
    }

    public ILogger CreateLogger(string categoryName) => new Entries(entries.Writer);

    public void Dispose()
    {
        entries.Writer.TryComplete();
        giveUp.CancelAfter(StopPatience);
#pragma warning disable VSTHRD002 // a logger is disposed without waiting, and the last entries are the ones that matter
        worker.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        syslog.Dispose();
        giveUp.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var (severity, text) in entries.Reader.ReadAllAsync(giveUp.Token))
            {
                try
                {
                    await syslog.SendAsync(severity, Encoding.UTF8.GetBytes(text), giveUp.Token);
                }
                catch (SocketException)
                {
                    // Perhaps the next one.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Syslog hangs.
        }
    }

    private sealed class Entries(ChannelWriter<(Priority Severity, string Text)> writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception) + (exception is null ? "" : $" | {exception}");
            // Nothing from outside can forge an entry.
            writer.TryWrite((Severity(logLevel), string.Concat(text.Select(static unit => char.IsControl(unit) ? ' ' : unit))));
        }

        private static Priority Severity(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => Priority.Debug,
            LogLevel.Information => Priority.Informational,
            LogLevel.Warning => Priority.Warning,
            LogLevel.Error => Priority.Error,
            _ => Priority.Critical,
        };
    }
}
