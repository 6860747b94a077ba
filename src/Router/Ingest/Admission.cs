using System.Globalization;
using Saker.Router.Access;
using Saker.Router.Http;
using Saker.Router.Options;

namespace Saker.Router.Ingest;

/// <summary>Lets requests in, or answers why not.</summary>
internal sealed class Admission(AccessControl access, Refusals refusals)
{
    /// <summary>Who sends the request; with a body, also by its signature.</summary>
    public Identity Identify(HttpContext context, ReadOnlySpan<byte> body = default) => body.IsEmpty ? access.Identify(context) : access.Identify(context, body);

    /// <summary>Null when this sender may do it; else the answer, which is under way.</summary>
    /// <param name="context">The request.</param>
    /// <param name="identity">Who sends it.</param>
    /// <param name="area">What it asks for.</param>
    /// <param name="role">The role that a client needs for that.</param>
    public Task? Refuse(HttpContext context, Identity identity, ProtectedArea area, ClientRole role)
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

    /// <summary>Null when so many alerts may come from this sender now; else the answer, which is under way.</summary>
    public Task? RefuseRate(HttpContext context, Client? client, int alerts)
    {
        if (access.TakeRate(context, client, alerts) is not { } wait)
        {
            return null;
        }

        refusals.Count(context, "rate limit", client is null ? "this address sends more alerts than http.rate allows" : $"the client '{client.Name}' sends more alerts than its rate allows (http.clients)");
        return TooMany(context, wait, "More alerts come from here than may; please send them again later");
    }

    private Task Unknown(HttpContext context, string fault)
    {
        if (access.HasFailedTooOften(context))
        {
            refusals.Count(context, "too many failed attempts", "this address has shown wrong secrets too often of late");
            return TooMany(context, TimeSpan.FromMinutes(1), "Too many failed attempts; please come again later");
        }

        refusals.Count(context, "unknown client", fault);
        context.Response.Headers.WWWAuthenticate = "Bearer, Basic realm=\"saker\"";
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, Sentence(fault));
    }

    private Task NotAllowed(HttpContext context, string fault)
    {
        refusals.Count(context, "not allowed", fault);
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, Sentence(fault));
    }

    private static Task TooMany(HttpContext context, TimeSpan wait, string sentence)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, sentence);
    }

    private static string Sentence(string fault) => char.ToUpperInvariant(fault[0]) + fault[1..];

    private static string Word<T>(T word)
        where T : struct, Enum => word.ToString().ToLowerInvariant();
}
