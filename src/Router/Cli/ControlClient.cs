using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Saker.Http;
using Saker.Logging;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Hosting;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Router.Web;

namespace Saker.Router.Cli;

/// <summary>
/// Asks the router that runs on a data directory. When none runs, the command takes the lock and serves the same questions
/// from the files for as long as it needs, so that both ways run the same code.
/// </summary>
internal sealed class ControlClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // One alert of 16 MiB, escaped anew, fits; so does the longest list.
    private const long MaxAnswerBytes = 128L << 20;

    private HttpClient client;
    private readonly Stack<IAsyncDisposable> own = [];

    private ControlClient(string path)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (_, cancellationToken) => UnixConnection.OpenAsync(path, cancellationToken),
        };
        client = Client(handler);
    }

    private static HttpClient Client(HttpMessageHandler handler) =>
        new(handler) { BaseAddress = new Uri("http://router/"), Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };

    /// <summary>True when a router runs on the directory.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Reaches the router, or opens the files in its place.</summary>
    /// <param name="root">The data directory.</param>
    /// <param name="options">The router's settings.</param>
    /// <param name="needsFiles">False: without a router there is nothing to ask, and the lock is not taken, so that no router that starts meanwhile finds it held.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <exception cref="DataDirectoryException">Neither is possible; the message says why.</exception>
    /// <exception cref="IOException">The same, from the files.</exception>
    public static async Task<ControlClient> OpenAsync(string root, RouterOptions options, bool needsFiles, CancellationToken cancellationToken)
    {
        if (!DataDirectory.IsOne(root))
        {
            throw new DirectoryNotFoundException($"There is no router's data in {root}, as far as this user can see; name the data directory with --data-dir or {DefaultDataDirectory.Variable}.");
        }

        var client = new ControlClient(ControlServer.PathIn(root));
        try
        {
            client.IsRunning = await client.AnswersAsync(cancellationToken);
            if (!client.IsRunning && needsFiles)
            {
                await client.ServeFilesAsync(root, options);
            }

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the outputs stand.</summary>
    public Task<OutputList> OutputsAsync(CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, "outputs", ApiJson.Default.OutputList, cancellationToken);

    /// <summary>Pauses an output, or resumes it.</summary>
    public Task<OutputView> PauseAsync(string output, bool isPaused, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, $"outputs/{Uri.EscapeDataString(output)}/{(isPaused ? "pause" : "resume")}", ApiJson.Default.OutputView, cancellationToken);

    /// <summary>How the router stands.</summary>
    public Task<StatusView> StatusAsync(CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, "status", ApiJson.Default.StatusView, cancellationToken);

    /// <summary>The configuration in effect.</summary>
    public Task<ConfigurationView> ConfigurationAsync(CancellationToken cancellationToken) => AskAsync(HttpMethod.Get, "configuration", ApiJson.Default.ConfigurationView, cancellationToken);

    /// <summary>Sends a test alert.</summary>
    public Task<TestAnswer> TestAsync(CancellationToken cancellationToken) => AskAsync(HttpMethod.Post, "test", ApiJson.Default.TestAnswer, cancellationToken);

    /// <summary>What the router would do with an alert.</summary>
    public Task<RouteAnswer> RouteAsync(ReadOnlyMemory<byte> alert, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "route", ApiJson.Default.RouteAnswer, cancellationToken, alert);

    /// <summary>A page of dead letters.</summary>
    public Task<DeadLetterPage> LettersAsync(IReadOnlyList<(string Name, string Value)> parameters, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, "dead-letters" + Query(parameters), ApiJson.Default.DeadLetterPage, cancellationToken);

    /// <summary>One dead letter with its alert.</summary>
    public Task<DeadLetterView> LetterAsync(long id, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"dead-letters/{id}"), ApiJson.Default.DeadLetterView, cancellationToken);

    /// <summary>Sends a dead letter once more.</summary>
    public Task ResendAsync(long id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"dead-letters/{id}/resend"), cancellationToken);

    /// <summary>Drops a dead letter.</summary>
    public Task DropAsync(long id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, string.Create(CultureInfo.InvariantCulture, $"dead-letters/{id}"), cancellationToken);

    /// <summary>Sends several dead letters once more, within the bounds of one request.</summary>
    public Task<BulkAnswer> ResendAsync(IReadOnlyList<(string Name, string Value)> parameters, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "dead-letters/resend" + Query(parameters), ApiJson.Default.BulkAnswer, cancellationToken);

    /// <summary>Drops several dead letters, within the bounds of one request.</summary>
    public Task<BulkAnswer> DropAsync(IReadOnlyList<(string Name, string Value)> parameters, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Delete, "dead-letters" + Query(parameters), ApiJson.Default.BulkAnswer, cancellationToken);

    /// <summary>Asks, and reads the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below that of the API, with the query.</param>
    /// <param name="type">What the answer is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="body">JSON to send; empty for none.</param>
    /// <exception cref="ControlException">The answer is a refusal; the message is the router's.</exception>
    public async Task<T> AskAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken, ReadOnlyMemory<byte> body = default)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken); // bounded by MaxResponseContentBufferSize
        return await JsonSerializer.DeserializeAsync(content, type, cancellationToken) ?? throw new ControlException("The router's answer is empty.");
    }

    /// <summary>Asks for something that has no answer but that it is done.</summary>
    /// <exception cref="ControlException">The answer is a refusal; the message is the router's.</exception>
    public async Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) => (await SendAsync(method, path, default, cancellationToken)).Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{ApiEndpoints.Root}/{path}", UriKind.Relative));
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } };
        }

        var response = await client.SendAsync(request, cancellationToken); // bounded by MaxResponseContentBufferSize
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            throw new ControlException(response.Content.Headers.ContentType?.MediaType == Problem.ContentType && await JsonSerializer.DeserializeAsync(content, ApiJson.Default.Problem, cancellationToken) is { } problem
                ? problem.Detail
                : string.Create(CultureInfo.InvariantCulture, $"The router answered {(int)response.StatusCode}."));
        }
    }

    private static string Query(IReadOnlyList<(string Name, string Value)> parameters) =>
        parameters.Count == 0 ? "" : "?" + string.Join('&', parameters.Select(static one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        while (this.own.TryPop(out var own))
        {
            await own.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OutputsAsync(cancellationToken);
            return true;
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new UnauthorizedAccessException("The router here belongs to another user; run the command as that user or as root.", exception);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException)
        {
            return false;
        }
    }

    private async Task ServeFilesAsync(string root, RouterOptions options)
    {
        if (!FileOwner.IsThisUser(DataDirectory.OwnedFile(root)))
        {
            throw new UnauthorizedAccessException($"The data in {root} belongs to another user, whose router could not open what this command might write there; run the command as that user, or while the router runs.");
        }

        var directory = DataDirectory.Open(root);
        own.Push(new Held(directory));
        var loggers = LoggerFactory.Create(static logging => logging.AddLines().SetMinimumLevel(LogLevel.Warning));
        own.Push(new Held(loggers));
        var letters = DeadLetters.Open(
            directory.Files, directory.DeadLetters, options.Delivery.DeadLetterSize.Bytes, AlertKeeping.DeadLetterReserve(options), options.Delivery.Durability, TimeProvider.System, loggers.CreateLogger<SegmentLog>());
        own.Push(letters);
        client.Dispose();
        var api = new ApiEndpoints(new ApiBackend { Letters = letters });
        var application = new EndpointApplication(ApiEndpoints.AddServices, api.Map, loggers);
        own.Push(application);
        client = Client(new DirectHandler(application));
    }

    /// <summary>Asks the endpoints in this process, without a socket that would have to be made.</summary>
    private sealed class DirectHandler(EndpointApplication application) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext { RequestAborted = cancellationToken };
            context.Request.Method = request.Method.Method;
            context.Request.Path = PathString.FromUriComponent(request.RequestUri!);
            context.Request.QueryString = QueryString.FromUriComponent(request.RequestUri!);
            context.Response.Body = body;
            context.Features.Set(ApiCaller.Owner);
            await application.HandleAsync(context);
            var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { Content = new ByteArrayContent(body.ToArray()) };
            if (context.Response.ContentType is { } type)
            {
                response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            }

            return response;
        }
    }

    private sealed class Held(IDisposable what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The router refused a command; the message is for a person.</summary>
internal sealed class ControlException(string message) : Exception(message);
