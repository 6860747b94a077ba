namespace Saker.Detector.Capture;

/// <summary>Where the host's files stand when the detector runs in a container: the variable <c>HOST_ROOT</c>, as for Falco.</summary>
internal static class HostRoot
{
    /// <summary>Without a slash at its end; empty when the host's files are this process's own.</summary>
    public static string OfThisProcess() => Environment.GetEnvironmentVariable("HOST_ROOT")?.TrimEnd('/') ?? "";
}
