namespace Saker.Outputs.Requests;

/// <summary>What is sent: the parts of a request that an output decides. Address, proxies, signatures and the user's own headers come with the exchange.</summary>
/// <param name="Body">The body, uncompressed.</param>
public sealed record OutgoingRequest(ReadOnlyMemory<byte> Body)
{
    /// <summary>JSON as Go's programs name it.</summary>
    public const string Json = "application/json; charset=utf-8";

    /// <summary>The method.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Post;

    /// <summary>What the body is; empty for a request without one.</summary>
    public string ContentType { get; init; } = Json;

    /// <summary>Sends the body compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>Headers beside those that every request has. The user's own replace them, unless <see cref="HeadersWin"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>True where a header of the output's own stands even against one of the user's, as a token of its own key.</summary>
    public bool HeadersWin { get; init; }
}
