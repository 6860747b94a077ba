using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Saker.Logging;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Hosting;
using Saker.Router.Log;
using Saker.Router.Options;

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
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
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

    /// <summary>Asks, and reads the answer; its root is undefined when the answer is empty.</summary>
    /// <exception cref="ControlException">The answer is a refusal; the message is the router's.</exception>
    public async Task<JsonElement> AskAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await client.SendAsync(request, cancellationToken); // bounded by MaxResponseContentBufferSize
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return default;
        }

        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var document = await JsonDocument.ParseAsync(content, new JsonDocumentOptions { MaxDepth = 10_002 }, cancellationToken);
        return response.IsSuccessStatusCode
            ? document.RootElement.Clone()
            : throw new ControlException(document.RootElement.GetProperty("error").GetString()!);
    }

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
            await AskAsync(HttpMethod.Get, ControlEndpoints.OutputsPath, cancellationToken);
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
            directory.Files, directory.DeadLetters, options.Delivery.DeadLetterSize.Bytes, RunCommand.DeadLetterReserve(options), options.Delivery.Durability, TimeProvider.System, loggers.CreateLogger<SegmentLog>());
        own.Push(letters);
        client.Dispose();
        client = Client(new DirectHandler(new ControlEndpoints(static () => [], letters, resend: null)));
    }

    /// <summary>Asks the endpoints in this process, without a socket that would have to be made.</summary>
    private sealed class DirectHandler(ControlEndpoints endpoints) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext { RequestAborted = cancellationToken };
            context.Request.Method = request.Method.Method;
            context.Request.Path = PathString.FromUriComponent(request.RequestUri!);
            context.Request.QueryString = QueryString.FromUriComponent(request.RequestUri!);
            context.Response.Body = body;
            await endpoints.HandleAsync(context);
            return new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { Content = new ByteArrayContent(body.ToArray()) };
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
