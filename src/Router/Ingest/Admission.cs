using System.Globalization;
using Saker.Router.Access;
using Saker.Router.Http;
using Saker.Router.Options;

namespace Saker.Router.Ingest;

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
    /// <param name="area">What it asks for.</param>
    /// <param name="role">The role that a client needs for that.</param>
    public Denial? Check(HttpContext context, Identity identity, ProtectedArea area, ClientRole role)
    {
        if (identity.Fault is { } fault)
        {
            return Unknown(context, fault);
        }

        if (identity.Client is { } client)
        {
            return client.Has(role) || !access.Protects(area) && role != ClientRole.Sender ? null : NotAllowed(context, $"the client '{client.Name}' does not have the role '{Word(role)}' (http.clients)");
        }

        return access.Protects(area) ? Unknown(context, $"this needs a client that is known (http.protect has '{Word(area)}')") : null;
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

    private static Task AnswerAsync(HttpContext context, Denial denial)
    {
        switch (denial.Kind)
        {
            case DenialKind.Unknown:
                context.Response.Headers.WWWAuthenticate = "Bearer, Basic realm=\"saker\"";
                return HttpAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, denial.Sentence);
            case DenialKind.NotAllowed:
                return HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, denial.Sentence);
            case DenialKind.TooMany:
                context.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, denial.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return HttpAnswer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, denial.Sentence);
            default:
                throw new System.Diagnostics.UnreachableException($"The denial {(int)denial.Kind} is not known.");
        }
    }

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
