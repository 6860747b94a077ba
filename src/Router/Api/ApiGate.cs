using System.Text.Json;
using Saker.Router.Access;
using Saker.Router.Options;

namespace Saker.Router.Api;

/// <summary>
/// What every request to the API passes: who asks and what that client may do, whether there is anything at the path, the parameters; and what
/// comes of whatever goes wrong, in one form.
/// </summary>
internal sealed class ApiGate(ApiBackend backend)
{
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            var endpoint = context.GetEndpoint();
            if (Admit(context, endpoint?.Metadata.GetMetadata<ApiRole>()?.Role ?? ClientRole.Viewer) is { } refused)
            {
                await WriteAsync(context, refused);
                return;
            }

            if (endpoint?.Metadata.GetMetadata<ApiRole>() is not null)
            {
                Check(context, endpoint.Metadata.GetOrderedMetadata<ApiParameter>());
            }

            await next(context);
            await NameNothingAsync(context);
        }
        catch (ProblemException exception)
        {
            if (exception.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            await WriteAsync(context, exception.Problem);
        }
        catch (BadHttpRequestException exception)
        {
            await WriteAsync(context, Problems.BadBody($"The body cannot be read: it is broken, or ends before its length ({exception.StatusCode}).").Problem);
        }
#pragma warning disable CA1031 // Whatever goes wrong is answered as a problem, and told in the log.
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            backend.Failed(exception);
            await WriteAsync(context, Problems.Unexpected());
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Whoever asked is gone.
        }
    }

    /// <summary>Writes a problem, if nothing of another answer has gone out yet.</summary>
    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = Problem.ContentType;
        var json = JsonSerializer.SerializeToUtf8Bytes(problem, ApiForms.Plain.Problem);
        context.Response.ContentLength = json.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
    }

    private Problem? Admit(HttpContext context, ClientRole role)
    {
        if (context.Features.Get<ApiCaller>() is not null)
        {
            return null;
        }

        if (backend.Admission is null)
        {
            return Problems.Refused(StatusCodes.Status403Forbidden, "Nobody is let in here.");
        }

        var identity = backend.Admission.Identify(context);
        if (backend.Admission.Check(context, identity, area: null, role) is not { } denial)
        {
            context.Features.Set(new ApiCaller($"the client '{identity.Client!.Name}'"));
            return null;
        }

        return Problems.Refused(Admission.Begin(context.Response, denial), denial.Sentence + ".");
    }

    private static void Check(HttpContext context, IReadOnlyList<ApiParameter> parameters)
    {
        var known = parameters.Where(static one => !one.InPath).ToList();
        List<ProblemError> errors =
        [
            .. parameters.Select(one => one.Check(context)).OfType<ProblemError>(),
            .. context.Request.Query.Keys.Where(name => !known.Exists(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).Select(name => ApiParameter.Unknown(name, known)),
        ];
        if (errors.Count > 0)
        {
            throw Problems.BadParameters(errors);
        }
    }

    // Routing leaves an empty 404 or 405.
    private static Task NameNothingAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null)
        {
            return Task.CompletedTask;
        }

        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => WriteAsync(context, Problems.NotFound($"There is nothing at this path; {ApiEndpoints.Root}/openapi.json describes what there is.").Problem),
            StatusCodes.Status405MethodNotAllowed => WriteAsync(context, Problems.MethodNotAllowed($"This path does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}.")),
            _ => Task.CompletedTask,
        };
    }
}
