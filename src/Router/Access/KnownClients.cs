using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Access;

/// <summary>The clients that are configured, and how each is recognised. The time that it takes does not depend on which secret is nearly right.</summary>
internal sealed class KnownClients
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private static readonly OptionSchema Schema = OptionSchema.For(typeof(ClientOptions));

    private readonly FrozenDictionary<string, Client> byName;

    // Hashes, which have one length, so that a comparison tells nothing of a secret's.
    private readonly (byte[] Hash, Client Client)[] tokens;
    private readonly (byte[] Hash, Client Client)[] passwords;
    private readonly Dictionary<string, Client> certificates = new(StringComparer.Ordinal);
    private readonly bool haveSigned;

    /// <summary>Makes them of options; one that is the same as before goes on with what it has used up of its rate.</summary>
    public KnownClients(IReadOnlyDictionary<string, ClientOptions> options, TimeProvider clock, KnownClients? before = null)
    {
        byName = options.ToFrozenDictionary(static pair => pair.Key, pair => before?.Find(pair.Key) is { } same && !OptionDifferences.Between(Schema, same.Options, pair.Value).Any()
            ? same
            : new Client(pair.Key, pair.Value, clock));
        tokens = [.. byName.Values.Where(static client => !client.Options.Token.IsEmpty).Select(static client => (Hash(client.Options.Token.Reveal()), client))];
        passwords = [.. byName.Values.Where(static client => !client.Options.Password.IsEmpty)
            .Select(static client => (Hash($"{client.Options.User}:{client.Options.Password.Reveal()}"), client))];
        foreach (var client in byName.Values.Where(static client => client.Options.Certificate.Length > 0))
        {
            certificates[client.Options.Certificate] = client;
        }

        haveSigned = byName.Values.Any(static client => !client.Options.SigningKey.IsEmpty);
    }

    public bool IsEmpty => byName.Count == 0;

    public Client? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Who shows this header <c>Authorization</c>; null when it claims nothing that is known here.</summary>
    public Identity? OfAuthorization(string header)
    {
        if (tokens.Length > 0 && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return OfHash(tokens, Hash(header[Bearer.Length..].Trim())) ?? Identity.Unknown("the token is that of none of http.clients");
        }

        if (passwords.Length > 0 && header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
        {
            return (Decode(header[Basic.Length..].Trim()) is { } pair ? OfHash(passwords, Hash(pair)) : null) ?? Identity.Unknown("name and password are those of none of http.clients");
        }

        return null;
    }

    /// <summary>Who has signed this body; null when signatures mean nothing here.</summary>
    public Identity? OfSignature(string header, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!haveSigned)
        {
            return null;
        }

        if (!BodySignature.TryParse(header, out var signature))
        {
            return Identity.Unknown($"the header {BodySignature.Header} is not 'client=NAME,t=SECONDS,v1=HEX'");
        }

        return Find(signature.Client) is { Options.SigningKey: { IsEmpty: false } key } client && signature.Fits(key.Reveal(), body, now)
            ? Identity.Of(client)
            : Identity.Unknown("the signature does not fit the body, the client's key or the present time");
    }

    /// <summary>Whose certificate has these names; null when it is nobody's.</summary>
    public Client? OfCertificate(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (certificates.TryGetValue(name, out var client))
            {
                return client;
            }
        }

        return null;
    }

    public bool HaveCertificates => certificates.Count > 0;

    private static Identity? OfHash((byte[] Hash, Client Client)[] known, byte[] shown)
    {
        Client? found = null;
        foreach (var (hash, client) in known)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, shown) ? client : found;
        }

        return found is null ? null : Identity.Of(found);
    }

    private static string? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
