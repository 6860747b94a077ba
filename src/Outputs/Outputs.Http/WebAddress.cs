using System.Buffers;

namespace Saker.Outputs.Http;

/// <summary>
/// The address of a request, sent as it was written, as programs in Go send it. .NET alone resolves <c>..</c> and rewrites escapes
/// (<c>%7E</c>), which a signed address does not survive.
/// </summary>
internal static class WebAddress
{
    // RFC 3986, 2: what may stand in path and query; without '#', which begins what is not sent.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~");

    /// <summary>Parses an address that was checked.</summary>
    public static Uri Parse(string text)
    {
        var authority = text.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var path = text.IndexOf('/', authority);

        // What must be escaped before it can be sent is .NET's to escape.
        return path < 0 || text.AsSpan(path).ContainsAnyExcept(Plain)
            ? new Uri(text)
            : new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
