using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Saker.Cri;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// A runtime of Kubernetes by its common interface (CRI): containerd or CRI-O. A container's pod stands in its sandbox, which is asked for
/// too, and which is a container itself. Who tells of no events is asked for the list each second.
/// </summary>
internal sealed class CriRuntime : IContainerRuntime
{
    private const int KeptSandboxes = 16;

    private readonly RuntimeSettings settings;
    private readonly RuntimeGrpc grpc;
    private readonly RuntimeService.RuntimeServiceClient client;
    private ContainerType? type;

    /// <param name="socket">The path of its socket.</param>
    /// <param name="settings">Bounds, time and clock.</param>
    public CriRuntime(string socket, RuntimeSettings settings)
    {
        this.settings = settings;
        Name = $"cri ({socket})";
        grpc = new RuntimeGrpc(Name, socket, settings);
        client = new RuntimeService.RuntimeServiceClient(grpc.Calls);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ContainerRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var kind = await TypeAsync(isNew: true, cancellationToken);
        var listed = await ListedAsync("", cancellationToken);
        var sandboxes = new ConcurrentDictionary<string, PodSandboxStatusResponse>(StringComparer.Ordinal);
        await foreach (var record in Inspections.ListAsync(
            listed, (container, token) => InspectAsync(container, kind, sandboxes, token), container => CriAnswers.Listed(container, kind, settings), cancellationToken))
        {
            yield return record;
        }
    }

    /// <inheritdoc/>
    public async Task<ContainerRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!EngineAnswers.IsId(id))
        {
            return null;
        }

        var kind = await TypeAsync(isNew: false, cancellationToken);
        var listed = await ListedAsync(id, cancellationToken);
        if (listed.FirstOrDefault(container => container.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            return await InspectAsync(found, kind, null, cancellationToken);
        }

        // A sandbox is not in the list of containers.
        var sandbox = await SandboxAsync(id, cancellationToken);
        return sandbox.Message is not { } message ? sandbox.Fault is null ? null : throw grpc.Unavailable(sandbox.Fault)
            : CriAnswers.Sandbox(message, kind, settings) is { } record && record.FullId.StartsWith(id, StringComparison.OrdinalIgnoreCase) ? record : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, CancellationToken cancellationToken) => Inspections.EachAsync(
        ToldAsync(following, cancellationToken),
        (told, token) => told.Listed is { } listed ? InspectAsync(listed, told.Kind, null, token) : FindAsync(told.Id, token),
        told => told.Listed is { } listed ? CriAnswers.Listed(listed, told.Kind, settings)
            : new ContainerRecord { Id = ContainerRecord.ShortIdOf(told.Id), FullId = told.Id, Type = told.Kind, IsPartial = true },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        grpc.Dispose();
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<Told> ToldAsync(Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var kind = await TypeAsync(isNew: true, cancellationToken);

        // Before the subscription: should there be none, then nothing is missed that came since.
        var known = (await ListedAsync("", cancellationToken)).Select(static container => container.Id).ToHashSet(StringComparer.Ordinal);
        using (var call = client.GetContainerEvents(new GetEventsRequest(), cancellationToken: cancellationToken))
        {
            var waiting = call.ResponseStream.MoveNext(cancellationToken);
            await grpc.TakenAsync(() => TypeAsync(isNew: true, cancellationToken), waiting, cancellationToken);
            following();
            var isFirst = true;
            while (await grpc.NextAsync(waiting, isFirst, cancellationToken) is var state && state != StreamState.Unsupported)
            {
                if (state == StreamState.Ended)
                {
                    if (isFirst)
                    {
                        break; // it has nothing to tell, ever
                    }

                    throw grpc.Unavailable("it ended the connection of its events");
                }

                isFirst = false;
                var told = call.ResponseStream.Current;
                if (IsWanted(told.ContainerEventType) && EngineAnswers.IsId(told.ContainerId))
                {
                    yield return new Told(told.ContainerId, kind, null);
                }

                waiting = call.ResponseStream.MoveNext(cancellationToken);
            }
        }

        await foreach (var told in PollAsync(kind, known, cancellationToken))
        {
            yield return told;
        }
    }

    private async IAsyncEnumerable<Told> PollAsync(ContainerType kind, HashSet<string> known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(settings.PollInterval, settings.Clock);
        do
        {
            var listed = await ListedAsync("", cancellationToken);
            foreach (var container in listed.Where(container => !known.Contains(container.Id)))
            {
                yield return new Told(container.Id, kind, container);
            }

            known = listed.Select(static container => container.Id).ToHashSet(StringComparer.Ordinal);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private bool IsWanted(ContainerEventType told) =>
        (settings.FollowsCreate && told == ContainerEventType.ContainerCreatedEvent) || (settings.FollowsStart && told == ContainerEventType.ContainerStartedEvent);

    private async Task<ContainerType> TypeAsync(bool isNew, CancellationToken cancellationToken)
    {
        if (isNew || type is null)
        {
            var answer = await grpc.CallAsync(options => client.VersionAsync(new VersionRequest(), options), cancellationToken);
            type = CriAnswers.TypeOf(answer.Message?.RuntimeName);
        }

        return type.Value;
    }

    private async Task<List<Container>> ListedAsync(string id, CancellationToken cancellationToken)
    {
        var request = id.Length == 0 ? new ListContainersRequest() : new ListContainersRequest { Filter = new ContainerFilter { Id = id } };
        var answer = await grpc.CallAsync(options => client.ListContainersAsync(request, options), cancellationToken);
        return answer.Message is not { } message ? throw grpc.Unavailable(answer.Fault ?? "it gives no list of containers")
            : [.. message.Containers.Where(static container => EngineAnswers.IsId(container.Id)).Take(RecordLimits.Containers)];
    }

    private async Task<ContainerRecord?> InspectAsync(
        Container listed, ContainerType kind, ConcurrentDictionary<string, PodSandboxStatusResponse>? sandboxes, CancellationToken cancellationToken)
    {
        if (CriAnswers.Listed(listed, kind, settings) is not { } minimum)
        {
            return null;
        }

        var request = new ContainerStatusRequest { ContainerId = listed.Id, Verbose = true };
        var status = await grpc.CallAsync(options => client.ContainerStatusAsync(request, options), cancellationToken);
        if (status.Message is not { } message)
        {
            return minimum;
        }

        var sandbox = await SandboxOfAsync(listed.PodSandboxId, sandboxes, cancellationToken);
        var record = CriAnswers.Container(minimum, message, sandbox, settings);
        return settings.WithSize ? record with { Size = await SizeAsync(listed.Id, cancellationToken) } : record;
    }

    private async Task<PodSandboxStatusResponse?> SandboxOfAsync(
        string id, ConcurrentDictionary<string, PodSandboxStatusResponse>? sandboxes, CancellationToken cancellationToken)
    {
        if (!EngineAnswers.IsId(id))
        {
            return null;
        }

        if (sandboxes?.TryGetValue(id, out var known) == true)
        {
            return known;
        }

        var answer = await SandboxAsync(id, cancellationToken);
        if (answer.Message is { } message && sandboxes is not null)
        {
            // The containers of a pod stand beside each other in most lists, so that a few sandboxes are enough to keep.
            if (sandboxes.Count >= KeptSandboxes)
            {
                sandboxes.Clear();
            }

            sandboxes.TryAdd(id, message);
        }

        return answer.Message;
    }

    private Task<GrpcAnswer<PodSandboxStatusResponse>> SandboxAsync(string id, CancellationToken cancellationToken)
    {
        var request = new PodSandboxStatusRequest { PodSandboxId = id, Verbose = true };
        return grpc.CallAsync(options => client.PodSandboxStatusAsync(request, options), cancellationToken);
    }

    private async Task<long> SizeAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await grpc.CallAsync(options => client.ContainerStatsAsync(new ContainerStatsRequest { ContainerId = id }, options), cancellationToken);
        return answer.Message?.Stats?.WritableLayer?.UsedBytes is { } size ? (long)Math.Min(size.Value, long.MaxValue) : -1;
    }

    /// <summary>A container that an event or a list named. One that has gone already is known by its id at least.</summary>
    private readonly record struct Told(string Id, ContainerType Kind, Container? Listed);
}
