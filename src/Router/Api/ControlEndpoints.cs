using System.Globalization;
using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;

namespace Saker.Router.Api;

/// <summary>What the commands ask for over the control socket: the outputs, and the dead letters to list, show, resend and drop.</summary>
/// <param name="outputs">How the outputs stand.</param>
/// <param name="letters">The dead letters.</param>
/// <param name="resend">Sends one once more; null when no router runs that could.</param>
internal sealed class ControlEndpoints(
    Func<IReadOnlyList<OutputStatus>> outputs, IDeadLetters letters, Func<long, CancellationToken, ValueTask<DeliveryResult?>>? resend)
{
    public const string OutputsPath = "/api/v1/outputs";
    public const string LettersPath = "/api/v1/dead-letters";
    public const int MaxListed = 1000;

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var method = context.Request.Method;
        if (path == OutputsPath && HttpMethods.IsGet(method))
        {
            return AnswerAsync(context, StatusCodes.Status200OK, StatusJson.Outputs(outputs()));
        }

        if (path == LettersPath && HttpMethods.IsGet(method))
        {
            return ListAsync(context);
        }

        if (path.StartsWith(LettersPath + "/", StringComparison.Ordinal))
        {
            var rest = path[(LettersPath.Length + 1)..].Split('/');
            if (long.TryParse(rest[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                switch (rest.Length)
                {
                    case 1 when HttpMethods.IsGet(method):
                        return ShowAsync(context, id);
                    case 1 when HttpMethods.IsDelete(method):
                        return DropAsync(context, id);
                    case 2 when rest[1] == "resend" && HttpMethods.IsPost(method):
                        return ResendAsync(context, id);
                }
            }
        }

        return ErrorAsync(context, StatusCodes.Status404NotFound, "There is nothing at this path.");
    }

    private Task ListAsync(HttpContext context)
    {
        var output = context.Request.Query["output"] is [{ Length: > 0 } name] ? name : null;
        var after = Number(context, "after") ?? -1;
        var limit = (int)Math.Clamp(Number(context, "limit") ?? MaxListed, 1, MaxListed);
        return AnswerAsync(context, StatusCodes.Status200OK, JsonBytes.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count", letters.Count);
            json.WriteNumber("displaced", letters.Displaced);
            json.WriteNumber("newest", letters.Newest);
            json.WriteStartArray("deadLetters");
            DeadLetter? last = null;
            var listed = 0;
            foreach (var letter in letters.List(output, after + 1).Take(limit + 1))
            {
                if (++listed > limit)
                {
                    break;
                }

                Write(json, letter, withAlert: false);
                last = letter;
            }

            json.WriteEndArray();
            if (listed > limit)
            {
                json.WriteNumber("next", last!.Id); // where the next page begins: ?after=
            }

            json.WriteEndObject();
        }));
    }

    private static long? Number(HttpContext context, string name) =>
        context.Request.Query[name] is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private Task ShowAsync(HttpContext context, long id) => letters.Find(id) is { } letter
        ? AnswerAsync(context, StatusCodes.Status200OK, JsonBytes.Of(json => Write(json, letter, withAlert: true)))
        : NoLetterAsync(context, id);

    private async Task DropAsync(HttpContext context, long id)
    {
        if (letters.Find(id) is null)
        {
            await NoLetterAsync(context, id);
        }
        else if (await letters.RemoveAsync(id))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "The disk does not take the mark that the dead letter is gone.");
        }
    }

    private async Task ResendAsync(HttpContext context, long id)
    {
        if (resend is null)
        {
            await ErrorAsync(context, StatusCodes.Status409Conflict, "No router runs on this directory; only a running one can send.");
        }
        else if (letters.Find(id) is not { } letter)
        {
            await NoLetterAsync(context, id);
        }
        else if (await resend(id, context.RequestAborted) is not { } result)
        {
            await ErrorAsync(context, StatusCodes.Status409Conflict, $"The router has no output '{letter.Output}' of type '{letter.Type}', or the letter holds no alert.");
        }
        else if (result.Status == DeliveryStatus.Delivered)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await ErrorAsync(context, StatusCodes.Status502BadGateway, $"The output '{letter.Output}' did not take it: {result.Reason}");
        }
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter, bool withAlert)
    {
        json.WriteStartObject();
        json.WriteNumber("id", letter.Id);
        json.WriteString("output", letter.Output);
        json.WriteString("type", letter.Type);
        if (AlertReader.TryRead(letter.Payload.Span, out var alert, out _, out _))
        {
            json.WriteString("rule", alert!.Rule);
            json.WriteString("priority", alert.Priority.Word());
        }

        json.WriteString("reason", letter.Reason);
        json.WriteString("answer", letter.Answer);
        json.WriteNumber("attempts", letter.Attempts);
        json.WriteString("accepted", letter.Accepted);
        json.WriteString("givenUp", letter.GivenUp);
        if (withAlert)
        {
            json.WritePropertyName("alert");
            json.WriteRawValue(letter.Payload.Span);
        }

        json.WriteEndObject();
    }

    private static Task NoLetterAsync(HttpContext context, long id) =>
        ErrorAsync(context, StatusCodes.Status404NotFound, string.Create(CultureInfo.InvariantCulture, $"There is no dead letter {id}."));

    private static Task ErrorAsync(HttpContext context, int status, string sentence) => AnswerAsync(context, status, JsonBytes.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", sentence);
        json.WriteEndObject();
    }));

    private static Task AnswerAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
