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
    public async IAsyncEnumerable<ContainerRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listed = await ListedAsync(await RootAsync(isNew: true, cancellationToken), "", cancellationToken);

        // Many containers have one image. It is asked for once, and again with the next list, for its tags may have moved.
        var images = new ConcurrentDictionary<string, ContainerRecord>(StringComparer.Ordinal);
        await foreach (var record in Inspections.ListAsync(
            listed, async (minimum, token) => (await InspectAsync(minimum.FullId, images, token)).Record, static minimum => minimum, cancellationToken))
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

        var (record, fault) = await InspectAsync(id, null, cancellationToken);
        return fault is not null ? throw Http.Unavailable(fault) : record is not null && IsOf(record, id) ? record : null;
    }

    /// <inheritdoc/>
    /// <remarks>A container can be made so that the engine never has done with its inspection; the list has its name and image.</remarks>
    public async Task<ContainerRecord?> FindSoonAsync(string id, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var finding = FindAsync(id, ended.Token);
        try
        {
            if (await IsSlowAsync(finding)
                && (await ListedAsync(await RootAsync(isNew: false, cancellationToken), id, cancellationToken)).Find(record => IsOf(record, id)) is { } listed
                && !finding.IsCompleted)
            {
                return listed;
            }

            return await finding;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(finding);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, CancellationToken cancellationToken) => Inspections.EachAsync(
        ToldAsync(following, cancellationToken),
        async (minimum, token) => (await InspectAsync(minimum.FullId, null, token)).Record,
        static minimum => minimum,
        cancellationToken);

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

    private async IAsyncEnumerable<ContainerRecord> ToldAsync(Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = (string[])[.. Settings.FollowsCreate ? ["create"] : (string[])[], .. Settings.FollowsStart ? ["start"] : (string[])[], "rename"];
        var filter = JsonSerializer.Serialize(new Dictionary<string, string[]> { ["type"] = ["container"], ["event"] = events });
        var root = await RootAsync(isNew: true, cancellationToken);
        await foreach (var document in Http.LinesAsync($"{root}/events?stream=true&filters={Uri.EscapeDataString(filter)}", following, cancellationToken))
        {
            using var told = document;
            if (events.Contains(told.RootElement.Text("Action")) && EngineAnswers.Told(told.RootElement, type, Settings) is { } minimum)
            {
                yield return minimum;
            }
        }
    }

    /// <summary>What the list says, of all containers or of one.</summary>
    private async Task<List<ContainerRecord>> ListedAsync(string root, string id, CancellationToken cancellationToken)
    {
        var filter = id.Length == 0 ? "" : "&filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["id"] = [id] }));
        using var list = await Http.GetAsync($"{root}/containers/json?all=true{filter}", cancellationToken);
        return list.Document is not { RootElement.ValueKind: JsonValueKind.Array } document
            ? throw Http.Unavailable(list.Fault ?? "it gives no list of containers")
            : [.. document.RootElement.Items().Select(item => EngineAnswers.Listed(item, type, Settings)).OfType<ContainerRecord>().Take(RecordLimits.Containers)];
    }

    // To count what a container's files hold takes its time by right.
    private async Task<bool> IsSlowAsync(Task finding)
    {
        if (Settings.WithSize)
        {
            return false;
        }

        await finding.WaitAsync(Settings.InspectPatience, Settings.Clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !finding.IsCompleted;
    }

    // The engines take names too, and a name may look like an id.
    private static bool IsOf(ContainerRecord record, string id) => record.FullId.StartsWith(id, StringComparison.OrdinalIgnoreCase);

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
