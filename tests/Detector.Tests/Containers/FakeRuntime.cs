using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Saker.Detector.Containers;

namespace Saker.Detector.Tests.Containers;

/// <summary>A runtime that says what the test wants, when it wants.</summary>
internal sealed class FakeRuntime : IContainerRuntime, IRuntimeDiscovery
{
    private readonly Channel<ContainerRecord> made = Channel.CreateUnbounded<ContainerRecord>();
    private int asked, followed, listed;
    private bool isFound;

    public string Name => "fake (/run/fake.sock)";

    /// <summary>What the list has.</summary>
    public IReadOnlyList<ContainerRecord> All { get; set; } = [];

    /// <summary>The answer to a question.</summary>
    public Func<string, ContainerRecord?> Find { get; set; } = static _ => null;

    /// <summary>Why nothing can be asked; null when all can.</summary>
    public string? Trouble { get; set; }

    public int Asked => Volatile.Read(ref asked);

    public int Followed => Volatile.Read(ref followed);

    public int Listed => Volatile.Read(ref listed);

    public IReadOnlyList<string> Missing { get; set; } = [];

    public IReadOnlyList<IContainerRuntime> FindNew()
    {
        if (isFound)
        {
            return [];
        }

        isFound = true;
        return [this];
    }

    public void Make(ContainerRecord record) => Assert.True(made.Writer.TryWrite(record));

    public void Break() => made.Writer.TryWrite(new ContainerRecord { Id = "", FullId = "", Type = ContainerType.Docker });

    public IAsyncEnumerable<ContainerRecord> ListAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref listed);
        ThrowIfTroubled();
        return All.ToAsyncEnumerable();
    }

    public Task<ContainerRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref asked);
        ThrowIfTroubled();
        return Task.FromResult(Find(id));
    }

    public async IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref followed);
        ThrowIfTroubled();
        following();
        await foreach (var record in made.Reader.ReadAllAsync(cancellationToken))
        {
            if (record.Id.Length == 0)
            {
                throw new RuntimeUnavailableException($"{Name}: the connection broke.");
            }

            yield return record;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void ThrowIfTroubled()
    {
        if (Trouble is { } reason)
        {
            throw new RuntimeUnavailableException($"{Name}: {reason}.");
        }
    }
}
