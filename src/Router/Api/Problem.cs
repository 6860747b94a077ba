using System.Text.Json.Serialization;

namespace Saker.Router.Api;

/// <summary>Why a request came to nothing (RFC 9457).</summary>
internal sealed record Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>The kind of problem: a name that does not change.</summary>
    public required string Type { get; init; }

    /// <summary>The kind in words.</summary>
    public required string Title { get; init; }

    /// <summary>The status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong this time, and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>Each of several faults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>One fault of several.</summary>
/// <param name="Parameter">The parameter that has it.</param>
/// <param name="Detail">What is wrong, and what to do.</param>
internal sealed record ProblemError(string Parameter, string Detail);

/// <summary>Ends a request with a problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;

    /// <summary>When to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The kinds of problems that the API has.</summary>
internal static class Problems
{
    public static ProblemException NotFound(string detail) => Of("not-found", "Not found", StatusCodes.Status404NotFound, detail);

    public static ProblemException BadParameters(IReadOnlyList<ProblemError> errors) =>
        new(Make("bad-parameter", "Bad parameter", StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(static error => error.Detail))) with { Errors = errors });

    public static ProblemException BadBody(string detail) => Of("bad-body", "Bad body", StatusCodes.Status400BadRequest, detail);

    public static ProblemException TooLarge(string detail) => Of("too-large", "Too large", StatusCodes.Status413PayloadTooLarge, detail);

    public static ProblemException TooSlow(string detail) => Of("too-slow", "Too slow", StatusCodes.Status408RequestTimeout, detail);

    public static ProblemException NoRouter(string what = "do this") => Of("no-router", "No router runs", StatusCodes.Status409Conflict, $"No router runs on this directory; only a running one can {what}.");

    public static ProblemException Conflict(string detail) => Of("conflict", "Not possible as things are", StatusCodes.Status409Conflict, detail);

    public static ProblemException NotDelivered(string detail) => Of("not-delivered", "Not delivered", StatusCodes.Status502BadGateway, detail);

    public static ProblemException Unavailable(string detail, TimeSpan retryAfter) =>
        new(Make("unavailable", "Not possible at present", StatusCodes.Status503ServiceUnavailable, detail)) { RetryAfter = retryAfter };

    public static Problem MethodNotAllowed(string detail) => Make("method-not-allowed", "Method not allowed", StatusCodes.Status405MethodNotAllowed, detail);

    public static Problem Unexpected() => Make("unexpected", "Unexpected failure", StatusCodes.Status500InternalServerError, "This failed unexpectedly; the router's log says more.");

    /// <summary>A request that was not let in.</summary>
    public static Problem Refused(int status, string detail) => status switch
    {
        StatusCodes.Status401Unauthorized => Make("unauthenticated", "Not known", status, detail),
        StatusCodes.Status403Forbidden => Make("forbidden", "Not allowed", status, detail),
        _ => Make("too-many-attempts", "Too many failed attempts", status, detail),
    };

    private static ProblemException Of(string type, string title, int status, string detail) => new(Make(type, title, status, detail));

    private static Problem Make(string type, string title, int status, string detail) => new() { Type = "urn:saker:problem:" + type, Title = title, Status = status, Detail = detail };
}
