using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Saker.Containerd;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// containerd by its own interface, for containers that no Kubernetes made. Its namespaces have nothing to do with the kernel's: each is a
/// containerd of its own, named in a header.
/// </summary>
internal sealed class ContainerdRuntime : IContainerRuntime
{
    private const string Header = "containerd-namespace";
    private const string Created = "/containers/create";
    private const string Started = "/tasks/start";
    private const int MostNamespaces = 100;

    private readonly RuntimeSettings settings;
    private readonly RuntimeGrpc grpc;
    private readonly Saker.Containerd.Containers.ContainersClient containers;
    private readonly Namespaces.NamespacesClient namespaces;
    private readonly Images.ImagesClient images;
    private readonly Store.StoreClient sandboxes;
    private readonly Saker.Containerd.Events.EventsClient events;

    /// <param name="socket">The path of its socket.</param>
    /// <param name="settings">Bounds, time and clock.</param>
    public ContainerdRuntime(string socket, RuntimeSettings settings)
    {
        this.settings = settings;
        Name = $"containerd ({socket})";
        grpc = new RuntimeGrpc(Name, socket, settings);
        containers = new(grpc.Calls);
        namespaces = new(grpc.Calls);
        images = new(grpc.Calls);
        sandboxes = new(grpc.Calls);
        events = new(grpc.Calls);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ContainerRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listed = new List<(string Namespace, ContainerRecord Record)>();
        long weight = 0;
        foreach (var place in await NamespacesAsync(cancellationToken))
        {
            await grpc.ReadListAsync(options => containers.ListStream(new ListContainersRequest(), options), message =>
            {
                if (message.Container is { } container && ContainerdAnswers.Container(container, settings) is { } record)
                {
                    listed.Add((place, record));
                    weight += RecordLimits.Weight(record);
                }

                return listed.Count < RecordLimits.Containers && weight <= RecordLimits.ListCharacters;
            }, In(place), cancellationToken);
        }

        await foreach (var record in Inspections.ListAsync(
            listed, async (item, token) => await CompleteAsync(item.Record, item.Namespace, token), static item => item.Record, cancellationToken))
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

        foreach (var place in await NamespacesAsync(cancellationToken))
        {
            if (await FindInAsync(id, place, cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, CancellationToken cancellationToken) => Inspections.EachAsync(
        ToldAsync(following, cancellationToken),
        async (told, token) => EngineAnswers.IsId(told.Namespace) ? await FindInAsync(told.Id, told.Namespace, token) : null,
        static told => new ContainerRecord
        {
            Id = ContainerRecord.ShortIdOf(told.Id),
            FullId = told.Id,
            Type = ContainerType.Containerd,
            IsPartial = true,
            Name = ContainerRecord.ShortIdOf(told.Id),
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        grpc.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Metadata In(string place) => new() { { Header, place } };

    private static string? IdOf(Envelope told)
    {
        try
        {
            return told.Event is { } any ? ContainerEvent.Parser.ParseFrom(any.Value).ContainerId : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // Letters, digits and what ids have between them; only the dot means something in a pattern.
    private static string PatternOf(string id) => $"id~=\"^{id.Replace(".", "[.]", StringComparison.Ordinal)}\"";

    private async IAsyncEnumerable<(string Id, string Namespace)> ToldAsync(Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new SubscribeRequest();
        request.Filters.AddRange(settings.FollowsCreate ? [$"topic==\"{Created}\""] : []);
        request.Filters.AddRange(settings.FollowsStart ? [$"topic==\"{Started}\""] : []);
        using var call = events.Subscribe(request, cancellationToken: cancellationToken);
        var waiting = call.ResponseStream.MoveNext(cancellationToken);
        await grpc.TakenAsync(() => NamespacesAsync(cancellationToken), waiting, cancellationToken);
        following();
        while (await grpc.NextAsync(waiting, isFirst: false, cancellationToken) == StreamState.Message)
        {
            var told = call.ResponseStream.Current;
            if (told.Topic is Created or Started && IdOf(told) is { } id && EngineAnswers.IsId(id))
            {
                yield return (id, told.Namespace);
            }

            waiting = call.ResponseStream.MoveNext(cancellationToken);
        }

        throw grpc.Unavailable("it ended the connection of its events");
    }

    private async Task<List<string>> NamespacesAsync(CancellationToken cancellationToken)
    {
        var answer = await grpc.CallAsync(options => namespaces.ListAsync(new ListNamespacesRequest(), options), cancellationToken);
        return answer.Message is not { } message ? throw grpc.Unavailable(answer.Fault ?? "it gives no list of namespaces")
            : [.. message.Namespaces.Select(static item => item.Name).Where(EngineAnswers.IsId).Take(MostNamespaces)];
    }

    private async Task<ContainerRecord?> FindInAsync(string id, string place, CancellationToken cancellationToken)
    {
        var answer = await grpc.CallAsync(options => containers.GetAsync(new GetContainerRequest { Id = id }, options), cancellationToken, In(place));
        if (answer.Fault is { } fault)
        {
            throw grpc.Unavailable(fault);
        }

        var record = answer.Message?.Container is { } container ? ContainerdAnswers.Container(container, settings) : null;
        if (record is null && id.Length == ContainerRecord.ShortLength)
        {
            // It takes whole ids only. The first one that begins so is looked for.
            var request = new ListContainersRequest();
            request.Filters.Add(PatternOf(id));
            await grpc.ReadListAsync(options => containers.ListStream(request, options), message =>
            {
                record ??= message.Container is { } candidate && candidate.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase)
                    ? ContainerdAnswers.Container(candidate, settings) : null;
                return record is null;
            }, In(place), cancellationToken);
        }

        return record is null ? null : await CompleteAsync(record, place, cancellationToken);
    }

    private async Task<ContainerRecord> CompleteAsync(ContainerRecord record, string place, CancellationToken cancellationToken)
    {
        if (record.Image.Length > 0)
        {
            var image = await grpc.CallAsync(options => images.GetAsync(new GetImageRequest { Name = record.Image }, options), cancellationToken, In(place));
            record = ContainerdAnswers.WithImage(record, image.Message?.Image, settings);
        }

        return record.PodSandboxId.Length == 0 || record.IsPodSandbox ? record : await WithSandboxAsync(record, place, cancellationToken);
    }

    private async Task<ContainerRecord> WithSandboxAsync(ContainerRecord record, string place, CancellationToken cancellationToken)
    {
        var id = record.PodSandboxId;
        var answer = await grpc.CallAsync(options => containers.GetAsync(new GetContainerRequest { Id = id }, options), cancellationToken, In(place));
        if (answer.Message?.Container is { } container && ContainerdAnswers.Container(container, settings) is { } sandbox)
        {
            // A pod's containers join the namespaces of its sandbox by their paths, so that only the sandbox tells whose they are.
            return record with
            {
                PodSandboxLabels = sandbox.Labels,
                HostNetwork = record.HostNetwork || sandbox.HostNetwork,
                HostIpc = record.HostIpc || sandbox.HostIpc,
            };
        }

        // A sandbox that is no container: newer versions can have such ones, as virtual machines.
        var stored = await grpc.CallAsync(options => sandboxes.GetAsync(new StoreGetRequest { SandboxId = id }, options), cancellationToken, In(place));
        return stored.Message?.Sandbox is { } other ? record with { PodSandboxLabels = ContainerdAnswers.Labels(other.Labels, settings) } : record;
    }
}
