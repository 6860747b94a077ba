using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Options;

namespace Saker.Router.Api;

/// <summary>The alerts that were given up: to list, show, send once more, and drop, one or several.</summary>
internal sealed class DeadLetterEndpoints(ApiBackend backend)
{
    public const int MaxListed = 1000;

    // A page ends here, also when few letters fit its filter, and so does a change of several: each request has its bounds.
    private const int MaxLooked = 20_000;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    private static readonly ApiParameter Id = new("id", "The letter's number.") { InPath = true, Range = (0, long.MaxValue) };
    private static readonly ApiParameter After = new("after", "Only letters behind this number: `next` of the page before.") { Range = (0, long.MaxValue) };
    private static readonly ApiParameter Until = new("until", "Only letters up to this number.") { Range = (0, long.MaxValue) };
    private static readonly ApiParameter Limit = new("limit", "How many at most.") { Range = (1, MaxListed) };
    private static readonly ApiParameter Output = new("output", "Only letters of this output.");
    private static readonly ApiParameter Reason = new("reason", "Only letters that were given up for this reason.") { Words = ["rejected", "exhausted", "faulted"] };
    private static readonly ApiParameter Rule = new("rule", "Only letters whose alert has this rule.");
    private static readonly ApiParameter All = new("all", "Means all letters, where nothing else says which.") { Words = ["true", "false"] };

    public void Map(RouteGroupBuilder group)
    {
        const string several = " Ends after 20 seconds or `limit` letters; `next` says where to go on. An output that does not take one is left alone from there on.";
        group.MapGet("/dead-letters", List)
            .Describe("listDeadLetters", "Dead letters in pages", "Alerts that were given up, the oldest first, without the alerts themselves. A page may hold fewer than `limit` and still have a `next`.", ClientRole.Viewer, After, Limit, Output, Reason, Rule);
        group.MapGet("/dead-letters/{id}", Show)
            .Describe("getDeadLetter", "One dead letter with its alert", "A letter and the alert in it.", ClientRole.Viewer, Id)
            .Refuses(StatusCodes.Status404NotFound);
        // As delegates: with a context alone and a task they would be taken for handlers whose result means nothing.
        group.MapPost("/dead-letters/{id}/resend", (Delegate)ResendAsync)
            .Describe("resendDeadLetter", "Send a dead letter once more", "One attempt, to the letter's own output only. Delivered, the letter is gone.", ClientRole.Operator, Id)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status502BadGateway);
        group.MapDelete("/dead-letters/{id}", (Delegate)DropAsync)
            .Describe("dropDeadLetter", "Drop a dead letter for good", "The letter is gone, and its alert with it.", ClientRole.Operator, Id)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/dead-letters/resend", (Delegate)((HttpContext context) => ChangeAsync(context, ResendOneAsync)))
            .Describe("resendDeadLetters", "Send several dead letters once more", "One attempt for each that fits the filter." + several, ClientRole.Operator, After, Until, Limit, Output, Reason, Rule, All)
            .Refuses(StatusCodes.Status409Conflict);
        group.MapDelete("/dead-letters", (Delegate)((HttpContext context) => ChangeAsync(context, (letter, _) => DropOneAsync(letter))))
            .Describe("dropDeadLetters", "Drop several dead letters for good", "Each that fits the filter." + several, ClientRole.Operator, After, Until, Limit, Output, Reason, Rule, All);
    }

    private Ok<DeadLetterPage> List(HttpContext context)
    {
        var limit = Limit.Number(context) ?? MaxListed;
        var listed = new List<DeadLetterView>();
        long? next = null;
        var last = -1L;
        foreach (var (letter, fits) in Looked(context))
        {
            if (letter is null || (fits && listed.Count == limit))
            {
                next = last; // there is more
                break;
            }

            last = letter.Id;
            if (fits)
            {
                listed.Add(DeadLetterView.Of(letter, withAlert: false));
            }
        }

        return TypedResults.Ok(new DeadLetterPage
        {
            Count = backend.Letters.Count,
            Displaced = backend.Letters.Displaced,
            Newest = backend.Letters.Newest,
            DeadLetters = listed,
            Next = next,
        });
    }

    private Ok<DeadLetterView> Show(HttpContext context) => TypedResults.Ok(DeadLetterView.Of(Find(context), withAlert: true));

    private async Task<NoContent> ResendAsync(HttpContext context)
    {
        if (backend.Router is null)
        {
            throw Problems.NoRouter("send");
        }

        return await ResendOneAsync(Find(context), context.RequestAborted) is { } problem ? throw problem : TypedResults.NoContent();
    }

    private async Task<NoContent> DropAsync(HttpContext context) => await DropOneAsync(Find(context)) is { } problem ? throw problem : TypedResults.NoContent();

    // One after another, each by itself, so that an end in between leaves nothing half done.
    private async Task<Ok<BulkAnswer>> ChangeAsync(HttpContext context, Func<DeadLetter, CancellationToken, Task<ProblemException?>> change)
    {
        if (Output.Text(context) is null && Reason.Text(context) is null && Rule.Text(context) is null && All.Text(context) != "true")
        {
            throw Problems.BadParameters([new ProblemError(All.Name, "Say which: 'output', 'reason' or 'rule', or 'all=true' for all.")]);
        }

        if (backend.Router is null && HttpMethods.IsPost(context.Request.Method))
        {
            throw Problems.NoRouter("send");
        }

        var begun = backend.Clock.GetTimestamp();
        var limit = Limit.Number(context) ?? MaxListed;
        var refusals = new Dictionary<string, string>(StringComparer.Ordinal);
        var (done, left) = (0, 0);
        long? next = null;
        var last = After.Number(context) ?? -1;
        foreach (var (letter, fits) in Looked(context))
        {
            if (letter is null || done + left == limit || backend.Clock.GetElapsedTime(begun) > MaxTime)
            {
                next = last;
                break;
            }

            last = letter.Id;
            if (!fits)
            {
                continue;
            }

            if (refusals.ContainsKey(letter.Output))
            {
                left++;
            }
            else if (await change(letter, context.RequestAborted) is { } problem)
            {
                left++;
                refusals.Add(letter.Output, problem.Problem.Detail);
            }
            else
            {
                done++;
            }
        }

        return TypedResults.Ok(new BulkAnswer { Done = done, Left = left, Refusals = [.. refusals.Select(static pair => new BulkRefusal(pair.Key, pair.Value))], Next = next });
    }

    private async Task<ProblemException?> ResendOneAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        var engine = backend.Router!.Delivery;
        if (engine.Status.FirstOrDefault(status => status.Name == letter.Output) is { PausedSince: not null })
        {
            return Problems.Conflict($"The output '{letter.Output}' is paused; resume it first.");
        }

        if (await engine.ResendAsync(letter.Id, cancellationToken) is not { } result)
        {
            return Problems.Conflict($"The router has no output '{letter.Output}' of type '{letter.Type}', or the letter holds no alert.");
        }

        return result.Status == DeliveryStatus.Delivered ? null : Problems.NotDelivered($"The output '{letter.Output}' did not take it: {result.Reason}");
    }

    private async Task<ProblemException?> DropOneAsync(DeadLetter letter) => await backend.Letters.RemoveAsync(letter.Id)
        ? null
        : Problems.Unavailable("The disk does not take the mark that the dead letter is gone.", TimeSpan.FromSeconds(30));

    private DeadLetter Find(HttpContext context)
    {
        var id = Id.Number(context)!.Value;
        return backend.Letters.Find(id) ?? throw Problems.NotFound(string.Create(CultureInfo.InvariantCulture, $"There is no dead letter {id}."));
    }

    // The letters that a request asks to look at, with whether each fits its filter; at last null, when it is enough and there may be more.
    private IEnumerable<(DeadLetter? Letter, bool Fits)> Looked(HttpContext context)
    {
        var (reason, rule, until) = (Reason.Text(context), Rule.Text(context), Until.Number(context) ?? backend.Letters.Newest); // not those that are given up meanwhile
        var after = After.Number(context) ?? -1;
        var looked = 0;
        foreach (var letter in backend.Letters.List(Output.Text(context), after == long.MaxValue ? after : after + 1))
        {
            if (letter.Id > until)
            {
                yield break;
            }

            if (looked++ == MaxLooked)
            {
                yield return (null, false);
                yield break;
            }

            yield return (letter, (reason is null || letter.Reason == reason) && (rule is null || DeadLetterView.Of(letter, withAlert: false).Rule == rule));
        }
    }
}
