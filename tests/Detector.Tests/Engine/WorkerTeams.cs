using Saker.Detector.Engine;

namespace Saker.Detector.Tests.Engine;

/// <summary>Threads that help with work: they sleep and wake, and what they throw is thrown on.</summary>
public sealed class WorkerTeams
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_a_worker_throws_is_thrown_where_the_work_is()
    {
        using var team = new WorkerTeam(3, new FailingWork());
        await UntilAsync(() => Record.Exception(team.ThrowIfFailed) is InvalidOperationException { InnerException: IOException }, "nothing is thrown");
    }

    [Fact]
    public async Task Who_sleeps_helps_when_woken()
    {
        var work = new CountedWork();
        using var team = new WorkerTeam(3, work);
        for (var i = 1; i <= 20; i++)
        {
            await UntilAsync(() => team.Sleeps, "nobody sleeps");
            work.Add(1000);
            team.Wake();
            await UntilAsync(() => work.Done == i * 1000, $"not all pieces of round {i} are done");
        }

        team.ThrowIfFailed();
    }

    private static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        var end = DateTime.UtcNow + patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, otherwise);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private sealed class FailingWork : ISharedWork
    {
        public bool TakePart(int worker) => worker == 1 ? throw new IOException("It fails.") : false;
    }

    private sealed class CountedWork : ISharedWork
    {
        private int left;
        private int done;

        public int Done => Volatile.Read(ref done);

        public void Add(int pieces) => Interlocked.Add(ref left, pieces);

        public bool TakePart(int worker)
        {
            var isAny = false;
            for (int seen; (seen = Volatile.Read(ref left)) > 0;)
            {
                if (Interlocked.CompareExchange(ref left, seen - 1, seen) == seen)
                {
                    Interlocked.Increment(ref done);
                    isAny = true;
                }
            }

            return isAny;
        }
    }
}
