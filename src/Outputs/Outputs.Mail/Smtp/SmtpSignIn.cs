using System.Net;
using System.Text;
using MailKit.Security;
using Saker.Alerts;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>How to sign in, as the options say.</summary>
internal static class SmtpSignIn
{
    public static readonly string[] Mechanisms = ["plain", "login", "cram-md5", "oauthbearer", "external", "anonymous", "none"];

    /// <summary>The key that holds what was presented.</summary>
    public static string Key(SmtpOptions options) => Word(options) switch
    {
        "oauthbearer" => "token",
        "external" => options.PresentsCertificate ? "certfile" : "authmechanism",
        "anonymous" => "authmechanism",
        _ => "password",
    };

    /// <summary>True when the options ask for a sign-in.</summary>
    public static bool IsWanted(SmtpOptions options) => Word(options) switch
    {
        "none" => false,
        "plain" or "login" or "cram-md5" => options.User.Length > 0 || !options.Password.IsEmpty,
        _ => true,
    };

    /// <summary>The mechanism, made for one sign-in; null for a word that names none.</summary>
    public static SaslMechanism? Create(SmtpOptions options)
    {
        var password = options.Password.Reveal();
        return Word(options) switch
        {
            "plain" => new SaslMechanismPlain(Encoding.UTF8, options.User, password) { AuthorizationId = options.Identity },
            "login" => new SaslMechanismLogin(Encoding.UTF8, options.User, password),
            "cram-md5" => new SaslMechanismCramMd5(options.User, password),
            "oauthbearer" => new OneResponse("OAUTHBEARER", Bearer(options)),
            "external" => new OneResponse("EXTERNAL", options.Identity),
            "anonymous" => new OneResponse("ANONYMOUS", options.Trace),
            _ => null,
        };
    }

    /// <summary>Text of a server without what was presented to it, be it as it is or as it went over the wire.</summary>
    public static string MaskIn(SmtpOptions options, string text)
    {
        foreach (var secret in (Secret[])[options.Password, options.Token])
        {
            text = secret.MaskIn(text);
            if (!secret.IsEmpty)
            {
                text = new Secret(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret.Reveal()))).MaskIn(text);
            }
        }

        var plain = new Secret(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Identity}\0{options.User}\0{options.Password.Reveal()}")));
        return new Secret(Convert.ToBase64String(Encoding.UTF8.GetBytes(Bearer(options)))).MaskIn(plain.MaskIn(text));
    }

    private static string Word(SmtpOptions options) => options.AuthMechanism.Length == 0 ? "plain" : options.AuthMechanism.ToLowerInvariant();

    // https://www.rfc-editor.org/rfc/rfc7628#section-3.1
    private static string Bearer(SmtpOptions options)
    {
        var (host, port) = options.Server!.Value;
        var user = options.User.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        return $"n,a={user},\u0001host={host}\u0001port={port}\u0001auth=Bearer {options.Token.Reveal()}\u0001\u0001";
    }

    /// <summary>A mechanism in which the client says one thing. Whatever the server asks then is answered with nothing, which lets it say what is wrong.</summary>
    private sealed class OneResponse(string name, string response) : SaslMechanism(new NetworkCredential())
    {
        private bool isSaid;

        public override string MechanismName => name;

        public override bool SupportsInitialResponse => true;

        public override void Reset()
        {
            isSaid = false;
            base.Reset();
        }

        protected override byte[] Challenge(byte[]? token, int startIndex, int length, CancellationToken cancellationToken)
        {
            var said = isSaid ? "" : response;
            isSaid = true;
            IsAuthenticated = true;
            return Encoding.UTF8.GetBytes(said);
        }
    }
}
