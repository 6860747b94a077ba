using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using Saker.Router.Options;

namespace Saker.Router.Api;

/// <summary>
/// The API of the router, <c>/api/v1</c>: the same on its port, for clients that are known, and on the control socket, for the owner of the
/// data directory. <c>docs/api.md</c> is for people, <c>docs/reference/openapi.json</c> is made of what stands here.
/// </summary>
internal sealed class ApiEndpoints(ApiBackend backend)
{
    public const string Root = "/api/v1";

    // In an assembly for the commands and for people, not in a file that could be missing.
    private static readonly Lazy<byte[]> Document = new(ReadDocument);

    private readonly ApiGate gate = new(backend);

    /// <summary>How paths end that the API takes by POST. On every other path a POST is an alert, as in Falcosidekick, also below the API's.</summary>
    public static readonly IReadOnlyList<string> Actions = ["/pause", "/resend", "/resume", "/route", "/test"];

    /// <summary>True for what the API answers. Asked for every request.</summary>
    public static bool Has(string path, string method) => Has(path) && (method != HttpMethods.Post || Actions.Any(action => path.EndsWith(action, StringComparison.Ordinal)));

    private static bool Has(string path) => path.StartsWith(Root, StringComparison.Ordinal) && (path.Length == Root.Length || path[Root.Length] == '/');

    /// <summary>Adds what the endpoints need.</summary>
    public static void AddServices(IServiceCollection services) => services.ConfigureHttpJsonOptions(static options =>
    {
        options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        options.SerializerOptions.Encoder = ApiForms.Encoder;
        options.SerializerOptions.MaxDepth = ApiJson.Depth;
        options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict; // a number is no text
    });

    /// <summary>Adds the endpoints. Requests for other paths are left alone.</summary>
    public void Map(WebApplication application)
    {
        application.Use((context, next) => Has(context.Request.Path.Value ?? "") ? gate.HandleAsync(context, next) : next(context));
        new OutputEndpoints(backend).Map(Group("outputs"));
        new DeadLetterEndpoints(backend).Map(Group("dead letters"));
        var router = Group("router");
        new RouterEndpoints(backend).Map(router);
        new EventEndpoints(backend).Map(router);
        router.MapGet("/openapi.json", static (HttpContext context) => Tagged(context, Document.Value, "application/json"))
            .Describe("openapi", "This document", "The description of the API in OpenAPI 3.1.", ClientRole.Viewer)
            .Produces<JsonElement>().Produces(StatusCodes.Status304NotModified);

        RouteGroupBuilder Group(string tag) => application.MapGroup(Root).WithTags(tag);
    }

    /// <summary>JSON with a tag of its content; 304 when the client has it.</summary>
    public static IResult Tagged<T>(HttpContext context, T value, JsonTypeInfo<T> type) => Tagged(context, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json");

    private static IResult Tagged(HttpContext context, byte[] content, string contentType)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-cache";
        var known = EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var tags)
            && tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Tag.Equals(tag, StringComparison.Ordinal));
        return known ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Bytes(content, contentType);
    }

    private static byte[] ReadDocument()
    {
        using var stream = typeof(ApiEndpoints).Assembly.GetManifestResourceStream("Saker.Router.Api.openapi.json")
            ?? throw new InvalidOperationException("The description of the API is not in this program.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>How endpoints are described.</summary>
internal static class ApiDescriptions
{
    /// <summary>Says what an endpoint does, which role it needs, and which parameters it takes.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder builder, string name, string summary, string description, ClientRole role, params IReadOnlyList<ApiParameter> parameters)
    {
        builder.WithName(name).WithSummary(summary).WithDescription($"{description} Needs the role `{role.ToString().ToLowerInvariant()}`.").WithMetadata(new ApiRole(role));
        foreach (var parameter in parameters)
        {
            builder.WithMetadata(parameter);
        }

        Refuses(builder, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status429TooManyRequests, StatusCodes.Status500InternalServerError);
        return parameters.Count > 0 ? builder.Refuses(StatusCodes.Status400BadRequest) : builder;
    }

    /// <summary>Says which problems an endpoint may answer.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder builder, params IReadOnlyList<int> statuses)
    {
        foreach (var status in statuses)
        {
            builder.Produces<Problem>(status, Problem.ContentType);
        }

        return builder;
    }
}
