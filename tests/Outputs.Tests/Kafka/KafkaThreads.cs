using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>What a client leaves behind. Threads are the whole process's: while they are counted, no other test may have a client.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KafkaThreads(MockCluster cluster) : IClassFixture<MockCluster>
{
    private const string Name = "threads of Kafka's clients";
    private const int Tries = 600;

    [Fact]
    public async Task After_dispose_no_thread_of_the_client_is_left()
    {
        var topic = await cluster.TopicAsync("threads");
        await using var router = ConfiguredRouter.Load($"kafka:\n  hostport: {await cluster.ServersAsync()}\n  topic: {topic}\n  clientid: thread-test\n");
        var before = ClientThreads();
        await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken);
        await router.Output.DisposeAsync();
        await router.Output.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken));
        for (var i = 0; i < Tries && ClientThreads() > before; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.InRange(ClientThreads(), 0, before);
    }

    // Of a client, the thread whose name is rdk:main.
    private static int ClientThreads()
    {
        var count = 0;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                count += File.ReadAllText(Path.Combine(task, "comm")).StartsWith("rdk:", StringComparison.Ordinal) ? 1 : 0;
            }
            catch (IOException)
            {
                // it ended
            }
        }

        return count;
    }
}
