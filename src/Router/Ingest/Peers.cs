using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Saker.Alerts;

namespace Saker.Router.Ingest;

/// <summary>Who a sender is, as far as that matters here.</summary>
internal enum PeerKind : byte
{
    /// <summary>A sender like every other: it shows no token, or this router knows none.</summary>
    None,

    /// <summary>A router that is known: its alerts keep their uuid.</summary>
    Known,

    /// <summary>It shows a token that is not known.</summary>
    Unknown,
}

/// <summary>The routers that are known by a token (<c>http.peers</c>).</summary>
internal sealed class Peers(IEnumerable<Secret> tokens)
{
    private const string Scheme = "Bearer ";

    // Of one length, so that a comparison tells nothing of a token's.
    private readonly byte[][] known = [.. tokens.Select(static token => Hash(token.Reveal()))];

    /// <summary>Who sends a request with this header <c>Authorization</c>. The time it takes does not depend on which token is nearly right.</summary>
    public PeerKind Of(StringValues authorization)
    {
        if (known.Length == 0 || authorization is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return PeerKind.None;
        }

        var shown = Hash(value[Scheme.Length..].Trim());
        var found = false;
        foreach (var hash in known)
        {
            found |= CryptographicOperations.FixedTimeEquals(hash, shown);
        }

        return found ? PeerKind.Known : PeerKind.Unknown;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
