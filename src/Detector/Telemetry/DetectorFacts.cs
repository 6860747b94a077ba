using System.Reflection;
using System.Security.Cryptography;

namespace Saker.Detector.Telemetry;

/// <summary>A file that the detector runs by, and its hash.</summary>
/// <param name="Name">Its name without folders.</param>
/// <param name="Sha256">The hash in hexadecimal.</param>
internal readonly record struct HashedFile(string Name, string Sha256);

/// <summary>What does not change while the detector runs.</summary>
internal sealed record DetectorFacts
{
    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(DetectorFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The machine's name, as alerts give it.</summary>
    public required string Hostname { get; init; }

    /// <summary>When the detector started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When configuration and rules were loaded.</summary>
    public required DateTimeOffset Loaded { get; init; }

    /// <summary>The rule files, in their order.</summary>
    public required IReadOnlyList<HashedFile> RuleFiles { get; init; }

    /// <summary>The configuration file.</summary>
    public required IReadOnlyList<HashedFile> ConfigFiles { get; init; }

    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; } = MachineFacts.Read();

    /// <summary>Hashes files; one that cannot be read is left out.</summary>
    public static IReadOnlyList<HashedFile> Hash(IEnumerable<string> paths)
    {
        var files = new List<HashedFile>();
        foreach (var path in paths)
        {
            try
            {
                using var stream = File.OpenRead(path);
                files.Add(new(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(stream))));
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // The start has told it already, where it matters.
            }
        }

        return [.. files.Distinct()]; // two of one name and content would be one series twice
    }

    /// <summary>CPU time of this process by its running time; 1 is one CPU in full use.</summary>
    public double CpuRatio(DateTimeOffset now) => now > Started ? Environment.CpuUsage.TotalTime / (now - Started) : 0;

    /// <summary>Nanoseconds since 1970.</summary>
    public static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
