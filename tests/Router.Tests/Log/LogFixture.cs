using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

/// <summary>Opens logs, and alerts whose rule is a number.</summary>
internal static class LogFixture
{
    public const string Directory = "/data/log";

    public static SegmentLog Open(IDataFiles files, SegmentLogOptions? options = null, string directory = Directory, TimeProvider? clock = null) =>
        SegmentLog.Open(files, directory, options ?? new SegmentLogOptions(), clock ?? TimeProvider.System, NullLogger<SegmentLog>.Instance);

    public static byte[] Alert(long number, int padding = 0) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{{\"uuid\":\"00000000-0000-0000-0000-{number:d12}\",\"output\":\"{new string('x', padding)}\",\"priority\":\"Warning\",\"rule\":\"{number}\",\"time\":\"2026-11-24T10:00:00Z\"}}"));

    public static long Number(LogRecord record) => long.Parse(record.GetAlert(out _)!.Rule, CultureInfo.InvariantCulture);

    public static Task<AppendResult> StoreAsync(IAlertLog log, byte[] payload) =>
        log.AppendAsync(payload, null, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Appends alerts whose numbers are their positions, in groups.</summary>
    public static async Task FillAsync(IAlertLog log, int count, int padding = 800)
    {
        for (var done = 0; done < count;)
        {
            var group = Math.Min(20, count - done);
            var first = log.Next;
            var results = await Task.WhenAll(Enumerable.Range(0, group).Select(i => StoreAsync(log, Alert(first + i, padding))));
            Assert.All(results, static result => Assert.Equal(AppendStatus.Stored, result.Status));
            done += group;
        }
    }

    /// <summary>Reads all; every record must hold the alert of its position.</summary>
    public static (int Good, long Lost) ReadAll(IAlertLog log)
    {
        using var reader = log.OpenReader(0);
        var good = 0;
        while (reader.TryRead(out var record))
        {
            Assert.Equal(record!.Position, Number(record));
            good++;
        }

        return (good, reader.Lost);
    }
}
