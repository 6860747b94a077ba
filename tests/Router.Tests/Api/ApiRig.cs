using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Alerts;
using Saker.Router.Api;
using Saker.Router.Configuration;
using Saker.Router.Delivery;
using Saker.Router.Reload;
using Saker.Router.Routing;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Log;
using Saker.Router.Web;
using Saker.Settings;

namespace Saker.Router.Tests.Api;

/// <summary>What the API said.</summary>
internal sealed record ApiAnswer(int Status, IHeaderDictionary Headers, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The sentence of a problem, after everything that all problems have was checked.</summary>
    public string Detail
    {
        get
        {
            Assert.Equal("application/problem+json", Headers.ContentType);
            Assert.StartsWith("urn:saker:problem:", Json.GetProperty("type").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(Json.GetProperty("title").GetString()!);
            Assert.Equal(Status, Json.GetProperty("status").GetInt32());
            return Json.GetProperty("detail").GetString()!;
        }
    }
}

/// <summary>The API over an engine, a log and dead letters in memory, as the control socket serves it.</summary>
internal sealed class ApiRig : IAsyncDisposable
{
    private readonly List<RoutedOutput> routed = [];
    private readonly CancellationTokenSource stopping = new();

    private ApiRig(DeliveryRig delivery) => Delivery = delivery;

    public DeliveryRig Delivery { get; }

    public EndpointApplication Application { get; private set; } = null!;

    public ApiBackend Backend { get; private set; } = null!;

    public List<Exception> Failures { get; } = [];

    public static ApiRig Open(params DeliveryInstance[] instances) => Open(null, instances);

    public static ApiRig Open(string? yaml, params DeliveryInstance[] instances)
    {
        var rig = new ApiRig(DeliveryRig.Open(new CrashableFiles(), null, instances));
        var configuration = Load(yaml ?? "");
        rig.routed.AddRange(OutputAssembly.Create(configuration, TimeProvider.System, new ConfigFaults(), new OutputNotices(static (_, _) => { }, NullLogger.Instance)));
        rig.Serve(new ApiBackend
        {
            Letters = rig.Delivery.DeadLetters,
            Failed = rig.Failures.Add,
            Router = new RunningRouter
            {
                Delivery = rig.Delivery.Engine,
                Log = rig.Delivery.Log,
                Configuration = () => new RunningConfiguration(configuration, rig.routed),
                DataDirectory = "/data",
                Addresses = static () => ["http://127.0.0.1:2801"],
                Started = DateTimeOffset.UnixEpoch,
                Stopping = rig.stopping.Token,
            },
        });
        return rig;
    }

    /// <summary>Serves something else from now on.</summary>
    public void Serve(ApiBackend backend)
    {
        Backend = backend;
        var api = new ApiEndpoints(backend);
        Application = new EndpointApplication(ApiEndpoints.AddServices, api.Map, NullLoggerFactory.Instance);
    }

    public static RouterConfiguration Load(string yaml)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            var configuration = RouterConfigurationLoader.Load(file, EnvironmentVariables.None, OutputCatalogue.Default);
            Assert.False(configuration.IsRefused, string.Join('\n', configuration.Faults));
            return configuration;
        }
        finally
        {
            File.Delete(file);
        }
    }

    public ValueTask<Router.Log.AppendResult> AddLetterAsync(string output, string rule, string reason = "rejected", string type = "scripted") => Delivery.DeadLetters.AddAsync(new DeadLetter
    {
        Output = output,
        Type = type,
        Reason = reason,
        Answer = "no",
        Attempts = 1,
        Accepted = DateTimeOffset.UnixEpoch,
        Payload = AlertWriter.ToBytes(new Alert { Rule = rule, Priority = Priority.Critical, Time = AlertTime.From(DateTimeOffset.UnixEpoch) }),
    });

    /// <summary>Asks as the owner of the data directory does.</summary>
    public async Task<ApiAnswer> AskAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = TestContext.Current.CancellationToken };
        context.Request.Method = method;
        var uri = new Uri("http://router" + path);
        context.Request.Path = PathString.FromUriComponent(uri);
        context.Request.QueryString = QueryString.FromUriComponent(uri);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? ""));
        foreach (var (name, value) in headers)
        {
            context.Request.Headers.Append(name, value);
        }

        context.Response.Body = answer;
        context.Features.Set(ApiCaller.Owner);
        await Application.HandleAsync(context);
        return new ApiAnswer(context.Response.StatusCode, context.Response.Headers, Encoding.UTF8.GetString(answer.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Application.DisposeAsync();
        foreach (var output in routed)
        {
            await output.DisposeAsync();
        }

        await Delivery.DisposeAsync();
        stopping.Dispose();
    }
}
