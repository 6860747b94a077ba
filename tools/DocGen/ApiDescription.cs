using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.OpenApi;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Web;

namespace Saker.DocGen;

/// <summary>The API in OpenAPI 3.1: what ASP.NET reads off the endpoints, with the parameters, the roles and the sentences that stand beside them.</summary>
internal static class ApiDescription
{
    private const string Path = "/openapi.json";

    // It stands in no page of HTML, where quotes and the like would have to be escaped.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<string> WriteAsync()
    {
        var api = new ApiEndpoints(new ApiBackend { Letters = new NoLetters() });
        await using var application = new EndpointApplication(
            services =>
            {
                ApiEndpoints.AddServices(services);
                services.AddOpenApi(Configure);
            },
            web =>
            {
                api.Map(web);
                web.MapOpenApi(Path);
            },
            NullLoggerFactory.Instance);
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = Path;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("127.0.0.1", 2801);
        context.Response.Body = body;
        await application.HandleAsync(context);
        return JsonNode.Parse(body.ToArray())!.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }

    private static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = static description => description.RelativePath?.StartsWith(ApiEndpoints.Root[1..], StringComparison.Ordinal) == true;
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Saker router",
                Version = "v1",
                Description = "What the router knows and what an operator may change. On the port it needs a client of http.clients; on the control socket in the data directory, nothing.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            document.Servers = [new OpenApiServer { Url = "http://127.0.0.1:2801", Description = "The router's port; with tlsserver, https." }];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "`token` of a client of http.clients." },
                ["password"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "`user` and `password` of a client of http.clients." },
                ["certificate"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.MutualTLS, Description = "A certificate with the name that a client of http.clients has as its `certificate`." },
            };
            document.Security = [Requirement("token"), Requirement("password"), Requirement("certificate")];
            return Task.CompletedTask;

            OpenApiSecurityRequirement Requirement(string name) => new() { [new OpenApiSecuritySchemeReference(name, document)] = [] };
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var answers = new OpenApiResponses();
            foreach (var (status, answer) in operation.Responses!.OrderBy(static answer => answer.Key, StringComparer.Ordinal))
            {
                answers.Add(status, answer);
            }

            operation.Responses = answers;
            operation.RequestBody?.Content?.Remove("*/*"); // whatever it calls itself is read; what it is, is JSON
            operation.Parameters = [.. metadata.OfType<ApiParameter>().Select(Parameter)];
            if (metadata.OfType<ApiRole>().FirstOrDefault() is { } role)
            {
                operation.Extensions = new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal) { ["x-role"] = new JsonNodeExtension(role.Role.ToString().ToLowerInvariant()) };
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            if (context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property && property.DeclaringType!.Namespace == typeof(ApiEndpoints).Namespace
                && property.PropertyType != typeof(JsonElement) && property.PropertyType != typeof(JsonElement?)) // any JSON has one description
            {
                schema.Description = Prose.OfMember(property);
            }

            return Task.CompletedTask;
        });
    }

    private static IOpenApiParameter Parameter(ApiParameter parameter) => new OpenApiParameter
    {
        Name = parameter.Name,
        In = parameter.InPath ? ParameterLocation.Path : ParameterLocation.Query,
        Required = parameter.InPath,
        Description = parameter.Description,
        Schema = parameter.Range is { } range
            ? new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = range.Least.ToString(System.Globalization.CultureInfo.InvariantCulture), Maximum = range.Most == long.MaxValue ? null : range.Most.ToString(System.Globalization.CultureInfo.InvariantCulture) }
            : new OpenApiSchema { Type = JsonSchemaType.String, Enum = parameter.Words.Count == 0 ? null : [.. parameter.Words.Select(static word => (JsonNode)JsonValue.Create(word))] },
    };

    private sealed class NoLetters : IDeadLetters
    {
        public long Count => 0;

        public long Displaced => 0;

        public long Newest => -1;

        public ValueTask<AppendResult> AddAsync(DeadLetter letter) => throw new NotSupportedException();

        public IEnumerable<DeadLetter> List(string? output = null, long from = 0) => [];

        public DeadLetter? Find(long id) => null;

        public ValueTask<bool> RemoveAsync(long id) => new(false);
    }
}
