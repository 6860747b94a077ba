using Saker.Alerts;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>One record that several readers of the log share.</summary>
public sealed class LogRecordTests
{
    [Fact]
    public void Readers_that_come_first_together_all_have_the_alert()
    {
        const int count = 20_000;
        var payload = LogFixture.Alert(7);
        LogRecord[] records = [.. Enumerable.Range(0, count).Select(i => new LogRecord(i, 0, payload))];
        Alert?[][] seen = [new Alert?[count], new Alert?[count]];
        using var together = new Barrier(seen.Length);
        Thread[] readers = [.. seen.Select(own => new Thread(() =>
        {
            for (var i = 0; i < count; i++)
            {
                if (i % 16 == 0)
                {
                    together.SignalAndWait();
                }

                own[i] = records[i].GetAlert(out _);
            }
        }))];
        Array.ForEach(readers, static reader => reader.Start());
        Array.ForEach(readers, static reader => reader.Join());
        Assert.All(seen, static own => Assert.All(own, static alert => Assert.Equal("7", alert?.Rule)));
    }

    [Fact]
    public void Bytes_that_are_no_alert_say_why_to_each_reader()
    {
        var record = new LogRecord(0, 0, "[]"u8.ToArray());
        Assert.Null(record.GetAlert(out var first));
        Assert.Null(record.GetAlert(out var second));
        Assert.NotEqual("", first);
        Assert.Equal(first, second);
    }
}
