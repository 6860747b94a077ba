using System.Net;

namespace Saker.Outputs.Testing;

/// <summary>How a server treats alerts.</summary>
public enum ServerMood
{
    /// <summary>It takes them, from whoever presents the planted secrets.</summary>
    Healthy,

    /// <summary>It takes none for the moment.</summary>
    NotNow,

    /// <summary>It refuses each for what it is.</summary>
    RefusesForGood,

    /// <summary>It lets nobody in.</summary>
    DeniesSignIn,
}

/// <summary>The server that an output sends to in a test: the real one, or a double that speaks its protocol.</summary>
public interface IServerDestination : IAsyncDisposable
{
    /// <summary>Where it listens. Outputs reach it through a <see cref="ServerDoor"/>.</summary>
    IPEndPoint Address { get; }

    /// <summary>Keys that lead to it, beside its address: a database of its own.</summary>
    IReadOnlyDictionary<string, string?> Keys => new Dictionary<string, string?>();

    /// <summary>Changes how it treats what comes from now on.</summary>
    /// <param name="mood">How.</param>
    /// <param name="words">What it says with every refusal, as far as its protocol has room for words.</param>
    /// <returns>What a reason must hold of that: <paramref name="words"/>, or the name of the protocol's own error.</returns>
    Task<string> SetMoodAsync(ServerMood mood, string words);

    /// <summary>The alerts that it has taken, in their order, each as a text that a reader of this server sees.</summary>
    Task<IReadOnlyList<string>> ArrivedAsync();

    /// <summary>How often it was asked to take something, whatever became of it.</summary>
    Task<int> TriesAsync();

    /// <summary>What it got beside alerts in good form: a header that no output writes, a table that is gone, bytes that are no text.</summary>
    Task<IReadOnlyList<string>> FaultsAsync();
}
