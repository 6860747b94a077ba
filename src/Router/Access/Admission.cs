using System.Globalization;
using Saker.Router.Http;
using Saker.Router.Options;

namespace Saker.Router.Access;

/// <summary>Lets requests in, or says why not; <c>Refuse</c> answers so over HTTP as well.</summary>
internal sealed class Admission(AccessControl access, Refusals refusals)
{
    /// <summary>Who sends the request; with a body, also by its signature.</summary>
    public Identity Identify(HttpContext context, ReadOnlySpan<byte> body = default) => body.IsEmpty ? access.Identify(context) : access.Identify(context, body);

    /// <summary>Another object whenever senders that were let in are to be judged again.</summary>
    public object Version => access.Version;

    /// <summary>Null when this sender may do it; else why not, which is counted.</summary>
    /// <param name="context">The request.</param>
    /// <param name="identity">Who sends it.</param>
    /// <param name="area">What it asks for; null for the API, which always needs a client that is known.</param>
    /// <param name="role">The role that a client needs for that.</param>
    public Denial? Check(HttpContext context, Identity identity, ProtectedArea? area, ClientRole role)
    {
        var isProtected = area is not { } one || access.Protects(one);
        if (identity.Fault is { } fault)
        {
            return Unknown(context, fault);
        }

        if (identity.Client is { } client)
        {
            return client.Has(role) || !isProtected && role != ClientRole.Sender ? null : NotAllowed(context, $"the client '{client.Name}' does not have the role '{Word(role)}' (http.clients)");
        }

        return !isProtected ? null : Unknown(context, area is { } named
            ? $"this needs a client that is known (http.protect has '{Word(named)}')"
            : access.HasClients ? "this needs a client that is known (http.clients)"
            : "this needs a client that is known, and there is none: name one in http.clients with the role 'viewer', 'operator' or 'admin', or ask over the control socket in the data directory, as the commands do");
    }

    /// <summary>Null when so many alerts may come from this sender now; else why not, which is counted.</summary>
    public Denial? CheckRate(HttpContext context, Client? client, int alerts)
    {
        if (access.TakeRate(context, client, alerts) is not { } wait)
        {
            return null;
        }

        refusals.Count(context, "rate limit", client is null ? "this address sends more alerts than http.rate allows" : $"the client '{client.Name}' sends more alerts than its rate allows (http.clients)");
        return new Denial(DenialKind.TooMany, "More alerts come from here than may; please send them again later", wait);
    }

    /// <summary>Null when this sender may do it; else the answer, which is under way.</summary>
    public Task? Refuse(HttpContext context, Identity identity, ProtectedArea area, ClientRole role) =>
        Check(context, identity, area, role) is { } denial ? AnswerAsync(context, denial) : null;

    /// <summary>Null when so many alerts may come from this sender now; else the answer, which is under way.</summary>
    public Task? RefuseRate(HttpContext context, Client? client, int alerts) =>
        CheckRate(context, client, alerts) is { } denial ? AnswerAsync(context, denial) : null;

    /// <summary>Begins the answer to a sender that is not let in: status and headers. The body is of the form that it expects.</summary>
    public static int Begin(HttpResponse response, Denial denial)
    {
        switch (denial.Kind)
        {
            case DenialKind.Unknown:
                response.Headers.WWWAuthenticate = "Bearer, Basic realm=\"saker\"";
                return StatusCodes.Status401Unauthorized;
            case DenialKind.NotAllowed:
                return StatusCodes.Status403Forbidden;
            case DenialKind.TooMany:
                response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, denial.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return StatusCodes.Status429TooManyRequests;
            default:
                throw new System.Diagnostics.UnreachableException($"The denial {(int)denial.Kind} is not known.");
        }
    }

    private static Task AnswerAsync(HttpContext context, Denial denial) => HttpAnswer.ErrorAsync(context, Begin(context.Response, denial), denial.Sentence);

    private Denial Unknown(HttpContext context, string fault)
    {
        if (access.HasFailedTooOften(context))
        {
            refusals.Count(context, "too many failed attempts", "this address has shown wrong secrets too often of late");
            return new Denial(DenialKind.TooMany, "Too many failed attempts; please come again later", TimeSpan.FromMinutes(1));
        }

        refusals.Count(context, "unknown client", fault);
        return new Denial(DenialKind.Unknown, Sentence(fault), default);
    }

    private Denial NotAllowed(HttpContext context, string fault)
    {
        refusals.Count(context, "not allowed", fault);
        return new Denial(DenialKind.NotAllowed, Sentence(fault), default);
    }

    private static string Sentence(string fault) => char.ToUpperInvariant(fault[0]) + fault[1..];

    private static string Word<T>(T word)
        where T : struct, Enum => word.ToString().ToLowerInvariant();
}
