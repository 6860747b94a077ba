using Saker.Detector.Containers.Runtimes;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>Sockets behind which there is nobody.</summary>
public sealed class UnreachableRuntimes
{
    [Theory]
    [InlineData(RuntimeEngineName.Docker)]
    [InlineData(RuntimeEngineName.Podman)]
    [InlineData(RuntimeEngineName.Cri)]
    [InlineData(RuntimeEngineName.Containerd)]
    public async Task A_socket_that_nobody_serves_is_told_by_its_path(RuntimeEngineName engine)
    {
        var folder = Directory.CreateTempSubdirectory("saker-runtime-");
        try
        {
            var file = Path.Combine(folder.FullName, "s");
            await File.WriteAllTextAsync(file, "", Token);
            foreach (var path in (string[])[file, file + "-missing", file + new string('x', 200)])
            {
                await using var runtime = ContainerRuntimes.Create(new RuntimeSocket((RuntimeEngine)engine, path), new RuntimeSettings());
                var exception = await IsUnavailableAsync(() => runtime.AllAsync());
                Assert.StartsWith($"{engine.ToString().ToLowerInvariant()} ({path}): it cannot be reached (", exception.Message, StringComparison.Ordinal);
                await IsUnavailableAsync(() => runtime.FindAsync("012345678901", Token));
                await runtime.FollowingIsUnavailableAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The engines, for tests, which are public.</summary>
    public enum RuntimeEngineName
    {
        Docker = RuntimeEngine.Docker,
        Podman = RuntimeEngine.Podman,
        Cri = RuntimeEngine.Cri,
        Containerd = RuntimeEngine.Containerd,
    }
}
