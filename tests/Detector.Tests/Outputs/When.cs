using System.Text;
using Saker.Alerts;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

/// <summary>What tests of outputs share: waiting for what is to come about, and alerts.</summary>
internal static class When
{
    /// <summary>How long a test waits for what it wants to see, on a machine that may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Returns as soon as it is so.</summary>
    public static async Task IsAsync(Func<bool> condition, Func<string>? found = null)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; !condition(); await Task.Delay(2, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"It did not come about. {found?.Invoke()}");
        }
    }

    /// <summary>An alert whose line is a number, and whose whole is JSON with that number.</summary>
    public static AlertLine Alert(int number, Priority priority = Priority.Notice) => new(Encoding.UTF8.GetBytes($"{number}"), IsJson: false, priority)
    {
        Whole = Encoding.UTF8.GetBytes($$$"""
            {"hostname":"h","output":"o {{{number}}}","output_fields":{"evt.num":{{{number}}},"fd.name":null,"proc.name":"cat"},"priority":"Warning","rule":"r","source":"syscall","tags":["a","b"],"time":"2026-11-27T10:00:00.123456789Z"}
            """),
    };

    /// <summary>The text of a line.</summary>
    public static string Text(AlertLine alert) => Encoding.UTF8.GetString(alert.Line.Span);
}
