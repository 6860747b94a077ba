using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Router.Options;

/// <summary>What a client may do.</summary>
internal enum ClientRole : byte
{
    /// <summary>Send alerts.</summary>
    Sender,

    /// <summary>Send alerts of others, which keep their uuid.</summary>
    Router,

    /// <summary>Read the metrics.</summary>
    Metrics,

    /// <summary>Read the API and the metrics.</summary>
    Viewer,

    /// <summary>What a viewer may, and pause outputs, send and drop dead letters.</summary>
    Operator,

    /// <summary>Everything but sending alerts.</summary>
    Admin,
}

/// <summary>What only clients that are known may do.</summary>
internal enum ProtectedArea : byte
{
    /// <summary>Sending alerts.</summary>
    Alerts,

    /// <summary><c>POST /test</c>.</summary>
    Test,

    /// <summary><c>/metrics</c>.</summary>
    Metrics,
}

/// <summary>Somebody who proves who it is: by a token, a name with a password, a certificate or a signature.</summary>
internal sealed record ClientOptions : ICheckedOptions
{
    private const int MinSecretCharacters = 16;

    /// <summary>Token of 16 characters or more that the client shows as <c>Authorization: Bearer TOKEN</c>.</summary>
    public Secret Token { get; init; } = Secret.None;

    /// <summary>Name for basic authentication, with <c>password</c>.</summary>
    public string User { get; init; } = "";

    /// <summary>Password of 16 characters or more for basic authentication.</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>A name in the client's certificate: the subject's common name, or an alternative name (DNS, URI, e-mail). Needs <c>tlsserver.mutualtls</c>.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Key of 16 characters or more by which the client signs what it sends (HMAC-SHA-256, header <c>X-Saker-Signature</c>).</summary>
    public Secret SigningKey { get; init; } = Secret.None;

    /// <summary>What the client may do: <c>sender</c> sends alerts, <c>router</c> also those of others, which keep their uuid; <c>metrics</c> reads the metrics, <c>viewer</c> the API as well; <c>operator</c> also pauses outputs and sends or drops dead letters; <c>admin</c> may do everything but send alerts.</summary>
    public IReadOnlyList<ClientRole> Roles { get; init; } = [ClientRole.Sender];

    /// <summary>The only sources (<c>syscall</c>, <c>k8s_audit</c>) of which it may send alerts; none for all.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Alerts a second that it may send in the long run; 0 for no limit. More are answered with 429.</summary>
    [Range(0.0, 1_000_000.0)]
    public double Rate { get; init; }

    /// <summary>Alerts that it may send at once before <c>rate</c> counts; 0 for those of ten seconds.</summary>
    [Range(0, 10_000_000)]
    public int Burst { get; init; }

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        const string made = "make one with: saker-router token new NAME.";
        if (!Token.IsEmpty && Token.Reveal().Length < MinSecretCharacters)
        {
            yield return new OptionFault("token", $"A token has at least {MinSecretCharacters} characters, so that nobody guesses it; {made}");
        }

        if (!SigningKey.IsEmpty && SigningKey.Reveal().Length < MinSecretCharacters)
        {
            yield return new OptionFault("signingkey", $"A key has at least {MinSecretCharacters} characters, so that nobody guesses it; {made}");
        }

        if (!Password.IsEmpty && Password.Reveal().Length < MinSecretCharacters)
        {
            yield return new OptionFault("password", $"A password has at least {MinSecretCharacters} characters, so that nobody guesses it; {made}");
        }

        if (User.Length > 0 == Password.IsEmpty)
        {
            yield return new OptionFault(Password.IsEmpty ? "password" : "user", "A name and a password belong together; set both.");
        }

        if (User.Contains(':', StringComparison.Ordinal))
        {
            yield return new OptionFault("user", "Basic authentication knows no name with a colon.");
        }

        if (Token.IsEmpty && User.Length == 0 && Password.IsEmpty && Certificate.Length == 0 && SigningKey.IsEmpty)
        {
            yield return new OptionFault("token", "Nothing says how this client proves who it is; set token, user and password, certificate, or signingkey.");
        }
    }
}
