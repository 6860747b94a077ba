using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// What the clients of Docker and Podman have in common: a list whose containers are then inspected, and a stream of events, over HTTP.
/// When a container cannot be inspected, the record is what the list or the event said of it.
/// </summary>
internal abstract class EngineRuntime : IContainerRuntime
{
    // One container may use the network of another, which has it from a third.
    private const int MostNetworkOwners = 4;

    private readonly ContainerType type;

    private protected EngineRuntime(string engine, ContainerType type, string socket, RuntimeSettings settings)
    {
        this.type = type;
        Name = $"{engine} ({socket})";
        Settings = settings;
        Http = new RuntimeHttp(Name, socket, settings);
    }

    /// <inheritdoc/>
    public string Name { get; }

    private protected RuntimeSettings Settings { get; }

    private protected RuntimeHttp Http { get; }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var root = await RootAsync(isNew: true, cancellationToken);
        List<ContainerRecord> listed;
        using (var list = await Http.GetAsync($"{root}/containers/json?all=true", cancellationToken))
        {
            if (list.Document is not { RootElement.ValueKind: JsonValueKind.Array } document)
            {
                throw Http.Unavailable(list.Fault ?? "it gives no list of containers");
            }

            listed = [.. document.RootElement.Items().Select(item => EngineAnswers.Listed(item, type, Settings)).OfType<ContainerRecord>().Take(RecordLimits.Containers)];
        }

        // Many containers have one image. It is asked for once, and again with the next list, for its tags may have moved.
        var images = new ConcurrentDictionary<string, ContainerRecord>(StringComparer.Ordinal);
        return await Listing.InspectAsync(listed, async (minimum, token) =>
        {
            var (record, _) = await InspectAsync(minimum.FullId, images, token);
            return record ?? minimum;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ContainerRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!EngineAnswers.IsId(id))
        {
            return null;
        }

        var (record, fault) = await InspectAsync(id, null, cancellationToken);
        if (fault is not null)
        {
            throw Http.Unavailable(fault);
        }

        // The engines take names too, and a name may look like an id.
        return record is not null && record.FullId.StartsWith(id, StringComparison.OrdinalIgnoreCase) ? record : null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = (string[])[.. Settings.FollowsCreate ? ["create"] : (string[])[], .. Settings.FollowsStart ? ["start"] : (string[])[], "rename"];
        var filter = JsonSerializer.Serialize(new Dictionary<string, string[]> { ["type"] = ["container"], ["event"] = events });
        var root = await RootAsync(isNew: true, cancellationToken);
        await foreach (var document in Http.LinesAsync($"{root}/events?stream=true&filters={Uri.EscapeDataString(filter)}", following, cancellationToken))
        {
            using var told = document;
            if (events.Contains(told.RootElement.Text("Action")) && EngineAnswers.Told(told.RootElement, type, Settings) is { } minimum)
            {
                yield return await InspectOrMinimumAsync(minimum, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>How paths begin.</summary>
    /// <param name="isNew">Whether to ask the engine again; it may have been replaced by another version.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private protected abstract Task<string> RootAsync(bool isNew, CancellationToken cancellationToken);

    /// <summary>The record of an answer; null when it is none.</summary>
    /// <param name="root">How paths begin.</param>
    /// <param name="container">The answer.</param>
    /// <param name="images">Keeps what was learnt of images; null to ask each time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private protected abstract Task<ContainerRecord?> ReadAsync(
        string root, JsonElement container, ConcurrentDictionary<string, ContainerRecord>? images, CancellationToken cancellationToken);

    private async Task<ContainerRecord> InspectOrMinimumAsync(ContainerRecord minimum, CancellationToken cancellationToken)
    {
        try
        {
            var (record, _) = await InspectAsync(minimum.FullId, null, cancellationToken);
            return record ?? minimum;
        }
        catch (RuntimeUnavailableException)
        {
            return minimum; // it is too busy to answer; if it has ended, then the stream of events ends too
        }
    }

    private async Task<(ContainerRecord? Record, string? Fault)> InspectAsync(
        string id, ConcurrentDictionary<string, ContainerRecord>? images, CancellationToken cancellationToken)
    {
        var root = await RootAsync(isNew: false, cancellationToken);
        using var answer = await Http.GetAsync(InspectPath(root, id), cancellationToken);
        if (answer.Document is not { } document)
        {
            return (null, answer.Fault);
        }

        var record = await ReadAsync(root, document.RootElement, images, cancellationToken);
        if (record is { Ip: "" } && EngineAnswers.NetworkOwner(document.RootElement) is { Length: > 0 } owner)
        {
            record = record with { Ip = await AddressOfAsync(root, owner, cancellationToken) };
        }

        return record is null ? (null, "its answer about a container has no id") : (record, null);
    }

    private async Task<string> AddressOfAsync(string root, string owner, CancellationToken cancellationToken)
    {
        for (var count = 0; count < MostNetworkOwners && owner.Length > 0; count++)
        {
            using var answer = await Http.GetAsync($"{root}/containers/{owner}/json", cancellationToken);
            if (answer.Document is not { } document)
            {
                return "";
            }

            if (EngineAnswers.Address(document.RootElement) is { Length: > 0 } address)
            {
                return address;
            }

            owner = EngineAnswers.NetworkOwner(document.RootElement);
        }

        return "";
    }

    private string InspectPath(string root, string id) => $"{root}/containers/{id}/json{(Settings.WithSize ? "?size=true" : "")}";
}
