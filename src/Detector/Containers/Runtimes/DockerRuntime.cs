using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Docker, by the version of its interface that it offers.</summary>
/// <param name="socket">The path of its socket.</param>
/// <param name="settings">Bounds, time and clock.</param>
internal sealed class DockerRuntime(string socket, RuntimeSettings settings) : EngineRuntime("docker", ContainerType.Docker, socket, settings)
{
    // Newer versions may name things in another way; all engines that speak one of them speak this one too.
    private const int NewestMinor = 51;

    private string? root;

    /// <summary>How paths begin for a version that the engine offers: <c>1.41</c>. Empty for what is no version: the engine then takes its own.</summary>
    internal static string RootOf(string? version) =>
        version is not null && version.StartsWith("1.", StringComparison.Ordinal) && int.TryParse(version.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? $"/v1.{Math.Min(minor, NewestMinor).ToString(CultureInfo.InvariantCulture)}" : "";

    private protected override async Task<string> RootAsync(bool isNew, CancellationToken cancellationToken)
    {
        if (isNew || root is null)
        {
            root = RootOf(await Http.HeaderAsync("/_ping", "Api-Version", cancellationToken));
        }

        return root;
    }

    private protected override async Task<ContainerRecord?> ReadAsync(
        string root, JsonElement container, ConcurrentDictionary<string, ContainerRecord>? images, CancellationToken cancellationToken)
    {
        var id = container.Text("Image");
        if (!EngineAnswers.IsId(id))
        {
            return EngineAnswers.Docker(container, default, Settings);
        }

        if (images?.TryGetValue(id, out var known) == true)
        {
            return EngineAnswers.Docker(container, default, Settings) is not { } record ? null
                : record with { ImageId = known.ImageId, ImageRepository = known.ImageRepository, ImageTag = known.ImageTag, ImageDigest = known.ImageDigest };
        }

        using var image = await Http.GetAsync($"{root}/images/{id}/json", cancellationToken);
        var read = EngineAnswers.Docker(container, image.Document?.RootElement ?? default, Settings);
        if (read is not null && image.Document is not null)
        {
            images?.TryAdd(id, read);
        }

        return read;
    }
}
