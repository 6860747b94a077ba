using Saker.Outputs;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>
/// Random sequences of append, deliver, fail, crash, stop and truncate against what must hold: what was acknowledged is delivered at
/// least once or in the dead letters, nothing is delivered before it was acknowledged durable, one at a time keeps the
/// order, and no number is given twice.
/// </summary>
public sealed class DeliveryModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task What_was_acknowledged_arrives_whatever_happens(int seed)
    {
        var random = new Random(seed);
        var files = new CrashableFiles();
        var acknowledged = new HashSet<long>();
        var refused = new HashSet<long>();
        var ordered = new ScriptedOutput((number, attempt) => Answer(seed, number, attempt));
        var parallel = new ScriptedOutput((number, attempt) => Answer(seed + 1, number, attempt));
        var logOptions = new SegmentLogOptions { SegmentBytes = 8 << 10, TailRecords = 8, HistoryBytes = 16 << 10 };
        long number = 0;
        var starts = new List<int>();
        for (int life = 0; life < 12; life++)
        {
            bool last = life == 11;
            starts.Add(ordered.Count());
            var rig = DeliveryRig.Open(files, null, logOptions, new LogLines(), DeliveryRig.Instance("ordered", ordered), DeliveryRig.Instance("parallel", parallel, concurrency: 3, maxBatch: 4));
            await using (rig)
            {
                for (int step = random.Next(1, 8); step > 0; step--)
                {
                    files.BeforeSync = random.Next(6) == 0 ? static _ => throw new IOException("torn") : null;
                    long first = number;
                    var tasks = Enumerable.Range(0, random.Next(1, 30)).Select(_ => LogFixture.StoreAsync(rig.Log, LogFixture.Alert(number++, 300))).ToList();
                    for (int i = 0; i < tasks.Count; i++)
                    {
                        if ((await tasks[i]).IsStored)
                            acknowledged.Add(first + i);
                        else
                            refused.Add(first + i);
                    }

                    if (random.Next(2) == 0)
                        await Task.Delay(random.Next(30), TestContext.Current.CancellationToken);
                }

                files.BeforeSync = null;
                if (last || random.Next(3) == 0)
                    await rig.StopAsync();
                else
                    files.Crash(random);
            }

            if (last)
                await CheckAsync(files, acknowledged, ordered, parallel);
        }

        Assert.DoesNotContain(ordered.Delivered.Concat(parallel.Delivered), refused.Contains);
        foreach (var (from, to) in starts.Zip(starts.Skip(1).Append(ordered.Delivered.Count)))
            Assert.Equal(ordered.Delivered[from..to].Order(), ordered.Delivered[from..to]);
    }

    private static async Task CheckAsync(CrashableFiles files, HashSet<long> acknowledged, ScriptedOutput ordered, ScriptedOutput parallel)
    {
        await using var rig = DeliveryRig.Open(files, null);
        var letters = rig.DeadLetters.List().ToLookup(static letter => letter.Output, static letter => LogFixture.Number(new LogRecord(0, 0, letter.Payload)));
        Assert.Empty(acknowledged.Except(ordered.Delivered).Except(letters["ordered"]));
        Assert.Empty(acknowledged.Except(parallel.Delivered).Except(letters["parallel"]));
    }

    private static DeliveryResult Answer(int seed, long number, int attempt) => new Random((seed * 1_000_003) ^ ((int)number * 7919) ^ (attempt * 104_729)).Next(20) switch
    {
        0 or 1 or 2 => DeliveryResult.Retry("busy"),
        3 => throw new HttpRequestException("reset"),
        4 when attempt > 1 => DeliveryResult.Rejected("no"),
        _ => DeliveryResult.Delivered,
    };
}
