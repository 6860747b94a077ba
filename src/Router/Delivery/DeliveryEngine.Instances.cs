using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>The engine's change from one set of instances to another while it runs.</summary>
internal sealed partial class DeliveryEngine
{
    // By name, beyond an instance's replacement or removal: counters only grow.
    private readonly Dictionary<string, OutputCounters> counters = [];
    private readonly AlertWatches watches = new();

    /// <summary>
    /// Goes over to other instances. Those that are the same objects as before run on undisturbed. A changed one, of the same name and
    /// type, goes on where the one before it ended: no attempt is broken off, nothing is lost or sent twice. A new one begins as at a start;
    /// a removed one's position holds the log for the orphan time. One call at a time, and none while the engine stops.
    /// </summary>
    /// <param name="wanted">All instances from now on.</param>
    /// <param name="ended">Called for each of the others when it has ended, before anything takes its place: its output can be disposed of.</param>
    public async Task ApplyAsync(IReadOnlyCollection<DeliveryInstance> wanted, Func<DeliveryInstance, ValueTask> ended)
    {
        var leaving = Array.FindAll(workers, worker => !wanted.Contains(worker.Instance));
        await Task.WhenAll(leaving.Select(EndAsync));
        List<OutputWorker> added = [];
        lock (turn)
        {
            // Until here the positions of those that leave were held and saved as theirs.
            var positions = leaving.Select(static worker => worker.Position).Concat(orphans).ToList();
            var next = new List<OutputWorker>();
            foreach (var instance in wanted)
            {
                if (Array.Find(workers, worker => worker.Instance == instance) is { } staying)
                {
                    next.Add(staying);
                    continue;
                }

                added.Add(CreateWorker(instance, Start(instance, positions)));
                next.Add(added[^1]);
            }

            orphans.Clear();
            orphans.AddRange(positions.Where(position => !next.Exists(worker => IsOf(position, worker))).Select(Orphan));
            workers = [.. next];
            savedVersion = -1;
        }

        TrySave();
        foreach (var worker in workers.Except(added))
        {
            worker.TryNow(); // whoever reads the configuration again may have mended what stands in it, or in a file beside it
        }

        foreach (var worker in added)
        {
            worker.Start();
        }

        foreach (var worker in leaving)
        {
            await worker.DisposeAsync();
        }

        async Task EndAsync(OutputWorker worker)
        {
            await worker.FinishAsync();
            await ended(worker.Instance);
        }
    }

    /// <summary>Follows an alert that is about to be stored through the present outputs; null when too many are followed already.</summary>
    public AlertWatch? Watch(Guid alert) => watches.Begin(
        alert, workers.Select(static worker => worker.Name), [.. workers.Where(static worker => worker.PausedAt != 0).Select(static worker => worker.Name)]);

    /// <summary>Has an output take nothing from the log until it is resumed. The answer comes when that is kept beyond a restart.</summary>
    /// <param name="name">The instance.</param>
    /// <param name="by">Who wants it, for the log.</param>
    public PauseResult Pause(string name, string by) => Pause(name, UnixTime.ToNanoseconds(clock.GetUtcNow()), by);

    /// <summary>Has an output go on where it was paused.</summary>
    public PauseResult Resume(string name, string by) => Pause(name, 0, by);

    private PauseResult Pause(string name, long at, string by)
    {
        lock (turn)
        {
            if (Array.Find(workers, worker => worker.Name == name) is not { } worker)
            {
                return PauseResult.NoSuchOutput;
            }

            var before = worker.PausedAt;
            if ((before == 0) == (at == 0))
            {
                return PauseResult.Done; // as it is wanted, and since when it is
            }

            worker.PausedAt = at;
            savedVersion = null;
            if (!TrySave())
            {
                worker.PausedAt = before;
                return PauseResult.NotKept;
            }
        }

        if (at != 0)
        {
            DeliveryMessages.Paused(logger, name, by);
        }
        else
        {
            DeliveryMessages.Resumed(logger, name, by);
        }

        return PauseResult.Done;
    }

    private static bool IsOf(CursorPosition position, OutputWorker worker) => worker.Name == position.Name && worker.Type == position.Type;

    private OutputWorker CreateWorker(DeliveryInstance instance, CursorPosition start)
    {
        if (!counters.TryGetValue(instance.Name, out var counted))
        {
            counters.Add(instance.Name, counted = new OutputCounters(instance.Name));
        }

        return new OutputWorker(instance, start, log, deadLetters, options, clock, logger, counted, watches);
    }
}
