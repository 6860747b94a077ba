using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>
/// Random sequences of append, deliver, fail, crash, stop, truncate and reload against what must hold: what was acknowledged is
/// delivered at least once or in the dead letters, nothing is delivered that was not stored, one at a time keeps the order, no low
/// water passes an undelivered alert, no number is given twice, filters are kept, and the log stays within its bounds.
/// </summary>
public sealed class DeliveryModelTests
{
    private const int Lives = 12;
    private static readonly SegmentLogOptions LogOptions = new() { SegmentBytes = 8 << 10, TailRecords = 8, HistoryBytes = 16 << 10 };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_was_acknowledged_arrives_whatever_happens(int seed)
    {
        await using var model = new Model(seed);
        for (var life = 0; life < Lives; life++)
        {
            await model.LiveAsync(isLast: life == Lives - 1);
        }

        await model.CheckAsync();
    }

    /// <summary>What was done so far, and what must follow from it.</summary>
    private sealed class Model(int seed) : IAsyncDisposable
    {
        private readonly Random random = new(seed);
        private readonly CrashableFiles files = new();
        private readonly Dictionary<long, long> acknowledged = []; // the alert's number, and its position
        private readonly HashSet<long> refused = [];
        private readonly List<int> starts = [];
        private readonly ScriptedOutput ordered = new((number, attempt) => Answer(seed, number, attempt));
        private readonly ScriptedOutput parallel = new((number, attempt) => Answer(seed + 1, number, attempt));
        private readonly ScriptedOutput picky = new((number, attempt) => Answer(seed + 2, number, attempt));
        private readonly ScriptedOutput coming = new((number, attempt) => Answer(seed + 3, number, attempt));
        private long number;
        private long comingSince = long.MaxValue;

        public async Task LiveAsync(bool isLast)
        {
            starts.Add(ordered.Count());
            await using var rig = DeliveryRig.Open(files, null, LogOptions, new LogLines(), Instances(isLast));
            for (var step = random.Next(1, 8); step > 0; step--)
            {
                await AppendAsync(rig.Log);
                if (random.Next(2) == 0)
                {
                    await Task.Delay(random.Next(30), TestContext.Current.CancellationToken);
                }

                CheckLowWater(rig);
            }

            files.BeforeSync = null;
            if (isLast)
            {
                await CheckBoundsAsync(rig);
            }

            if (isLast || random.Next(3) == 0)
            {
                await rig.StopAsync();
            }
            else
            {
                files.Crash(random);
            }
        }

        public async Task CheckAsync()
        {
            await using var rig = DeliveryRig.Open(files, null);
            var letters = rig.DeadLetters.List().ToLookup(static letter => letter.Output, static letter => LogFixture.Number(new LogRecord(0, 0, letter.Payload)));
            Assert.Empty(acknowledged.Keys.Except(ordered.Delivered).Except(letters["ordered"]));
            Assert.Empty(acknowledged.Keys.Except(parallel.Delivered).Except(letters["parallel"]));

            // A changed filter holds for what had not been read; so what every filter wanted is there, and what none wanted is not.
            Assert.Empty(acknowledged.Keys.Where(static number => number % 6 == 0).Except(picky.Delivered).Except(letters["picky"]));
            Assert.DoesNotContain(picky.Delivered, static number => number % 2 != 0 && number % 3 != 0);
            Assert.Empty(acknowledged.Keys.Where(number => number >= comingSince).Except(coming.Delivered).Except(letters["coming"]));
            Assert.DoesNotContain(ordered.Delivered.Concat(parallel.Delivered).Concat(picky.Delivered).Concat(coming.Delivered), refused.Contains);
            Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
            foreach (var (from, to) in starts.Zip(starts.Skip(1).Append(ordered.Delivered.Count)))
            {
                Assert.Equal(ordered.Delivered[from..to].Order(), ordered.Delivered[from..to]);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var output in new[] { ordered, parallel, picky, coming })
            {
                await output.DisposeAsync();
            }
        }

        private DeliveryInstance[] Instances(bool isLast)
        {
            var divisor = random.Next(2, 4);
            var instances = new List<DeliveryInstance>
            {
                DeliveryRig.Instance("ordered", ordered),
                DeliveryRig.Instance("parallel", parallel, concurrency: 3, maxBatch: 4),
                DeliveryRig.Instance("picky", picky, filter: alert => int.Parse(alert.Rule, System.Globalization.CultureInfo.InvariantCulture) % divisor == 0),
            };
            if (isLast || random.Next(2) == 0)
            {
                // It comes and goes with the configuration; meanwhile its position holds the log.
                instances.Add(DeliveryRig.Instance("coming", coming));
                comingSince = Math.Min(comingSince, number);
            }

            return [.. instances];
        }

        private async Task AppendAsync(SegmentLog log)
        {
            files.BeforeSync = random.Next(6) == 0 ? static _ => throw new IOException("torn") : null;
            var sent = Enumerable.Range(0, random.Next(1, 30)).Select(_ => (Number: number, Task: LogFixture.StoreAsync(log, LogFixture.Alert(number++, 300)))).ToList();
            foreach (var (one, task) in sent)
            {
                var result = await task;
                if (result.IsStored)
                {
                    acknowledged.Add(one, result.Position);
                }
                else
                {
                    refused.Add(one);
                }
            }
        }

        private void CheckLowWater(DeliveryRig rig)
        {
            // First the low water, then what was delivered: what is done between the two is no fault.
            var next = rig.Log.Next;
            var low = rig.Engine.Status.ToDictionary(static status => status.Name, status => next - status.Depth);
            var letters = rig.DeadLetters.List().ToLookup(static letter => letter.Output, static letter => LogFixture.Number(new LogRecord(0, 0, letter.Payload)));
            foreach (var (name, output) in new[] { ("ordered", ordered), ("parallel", parallel) })
            {
                Assert.Empty(acknowledged.Where(one => one.Value < low[name]).Select(static one => one.Key).Except(output.Snapshot()).Except(letters[name]));
            }

            Assert.InRange(low.Values.Max(), 0, rig.Log.Next);
        }

        /// <summary>When all is delivered, only the history is left: its bytes, the segment that is written, and what a group overfilled it by.</summary>
        private static Task CheckBoundsAsync(DeliveryRig rig) => DeliveryRig.UntilAsync(
            () => rig.Engine.Status.All(static status => status.Depth == 0) && rig.Log.Status.Bytes <= LogOptions.HistoryBytes + 2 * LogOptions.SegmentBytes + 30 * 600, "a log within its bounds");

        private static DeliveryResult Answer(int seed, long number, int attempt) => new Random((seed * 1_000_003) ^ ((int)number * 7919) ^ (attempt * 104_729)).Next(20) switch
        {
            0 or 1 or 2 => DeliveryResult.Retry("busy"),
            3 => throw new HttpRequestException("reset"),
            4 when attempt > 1 => DeliveryResult.Rejected("no"),
            5 => DeliveryResult.Blocked("moved"),
            _ => DeliveryResult.Delivered,
        };
    }
}
