namespace Saker.Detector.Configuration;

/// <summary>Rule files that were fetched from a source and are kept on disk.</summary>
/// <param name="Name">What the source is called.</param>
/// <param name="Files">Their paths; none when nothing usable has been fetched yet.</param>
internal sealed record FollowedFiles(string Name, IReadOnlyList<string> Files);
