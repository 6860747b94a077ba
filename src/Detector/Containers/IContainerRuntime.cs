namespace Saker.Detector.Containers;

/// <summary>
/// A runtime's own interface for asking, as Docker's. It only reads. Calls are bounded in time (5 seconds) and in size (4 MiB); what
/// comes back is hostile until it is parsed. Safe for calls from several threads.
/// </summary>
internal interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>The name in logs and metrics, with the socket: <c>docker (/var/run/docker.sock)</c>.</summary>
    string Name { get; }

    /// <summary>All containers that it has, whether they run or not, as far as the bound goes, each as soon as it is known.</summary>
    /// <exception cref="RuntimeUnavailableException">There is no answer, or none that makes sense.</exception>
    IAsyncEnumerable<ContainerRecord> ListAsync(CancellationToken cancellationToken);

    /// <summary>The container of that id, whole or its first 12 characters; null when the runtime does not have it.</summary>
    /// <exception cref="RuntimeUnavailableException">There is no answer, or none that makes sense.</exception>
    Task<ContainerRecord?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The same while alerts wait: when the whole answer takes too long, then what is known without it.</summary>
    /// <exception cref="RuntimeUnavailableException">There is no answer, or none that makes sense.</exception>
    Task<ContainerRecord?> FindSoonAsync(string id, CancellationToken cancellationToken) => FindAsync(id, cancellationToken);

    /// <summary>
    /// The containers that are made and started from now on, as they are, once the runtime follows (<paramref name="following"/> is
    /// called then, so that who lists afterwards misses none).
    /// </summary>
    /// <param name="following">Called once, when the runtime has taken the subscription.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RuntimeUnavailableException">The connection ended, or never was.</exception>
    IAsyncEnumerable<ContainerRecord> FollowAsync(Action following, CancellationToken cancellationToken);
}

/// <summary>A runtime that cannot be asked now. The message names the socket and the reason.</summary>
internal sealed class RuntimeUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
