using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Saker.Detector.Kubernetes;
using Saker.Testing;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>How the server answers a request instead of rightly.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="IsSilent">Whether no answer comes at all.</param>
internal sealed record OddAnswer(int Status, string Body = "", bool IsSilent = false);

/// <summary>An API server on 127.0.0.1, with TLS and a token: lists and watches pods, and has what belongs to them.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    public const string Node = "node-1";

    private readonly WebApplication app;
    private readonly TestCertificates certificates = new();
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, JsonObject> pods = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Line)> history = [];
    private readonly List<Channel<string>> watchers = [];
    private readonly ConcurrentQueue<string> requests = new();
    private long version = 100;
    private long oldest;

    private FakeCluster()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificates.ServerOf("127.0.0.1"))));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(AnswerAsync);
        WriteToken("first");
    }

    /// <summary>The token that is taken.</summary>
    public string Token { get; set; } = "first";

    /// <summary>Objects by their path.</summary>
    public ConcurrentDictionary<string, string> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers instead of the right ones; null for those.</summary>
    public Func<string, OddAnswer?> Oddly { get; set; } = static _ => null;

    /// <summary>Whether a watch from too old a state is refused by its status, and not in its body.</summary>
    public bool RefusesByStatus { get; set; }

    /// <summary>Paths and queries so far.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Watches that are open.</summary>
    public int Watching
    {
        get
        {
            lock (gate)
            {
                return watchers.Count;
            }
        }
    }

    public string TokenFile => Path.Combine(certificates.Folder, "token");

    public string AuthorityFile => Path.Combine(certificates.Folder, "ca.crt");

    public ClusterAccess Access => new() { Server = new Uri(app.Urls.Single() + "/"), Node = Node, TokenFile = TokenFile, AuthorityFile = AuthorityFile };

    public static async Task<FakeCluster> StartAsync()
    {
        var cluster = new FakeCluster();
        await cluster.app.StartAsync();
        return cluster;
    }

    /// <summary>A pod as the server has it.</summary>
    public static JsonObject Pod(string uid, string name = "web-1", string space = "shop", string? owner = "ReplicaSet/web-abc", string node = Node) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = space, ["uid"] = uid, ["labels"] = new JsonObject { ["app"] = "web", ["tier"] = "front" },
            ["ownerReferences"] = owner is null ? null : new JsonArray(Owner(owner)),
        },
        ["spec"] = new JsonObject { ["nodeName"] = node },
        ["status"] = new JsonObject { ["podIP"] = "10.1.2.3" },
    };

    public void WriteToken(string token) => File.WriteAllText(TokenFile, token + "\n");

    /// <summary>Adds an object below its path.</summary>
    public void Put(string path, string name, string uid, string labels = "{}", string? owner = null, string? selector = null) => Objects[path] = new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["uid"] = uid, ["labels"] = JsonNode.Parse(labels),
            ["resourceVersion"] = Interlocked.Increment(ref version).ToString(CultureInfo.InvariantCulture),
            ["ownerReferences"] = owner is null ? null : new JsonArray(Owner(owner)),
        },
        ["spec"] = selector is null ? null : new JsonObject { ["selector"] = JsonNode.Parse(selector) },
    }.ToJsonString();

    /// <summary>A shop with a deployment, its replica set, a namespace and two services.</summary>
    public void PutShop()
    {
        Put("/api/v1/namespaces/shop", "shop", "u-shop", """{"team": "blue"}""");
        Put("/apis/apps/v1/namespaces/shop/replicasets/web-abc", "web-abc", "u-web-abc", """{"app": "web"}""", "Deployment/web");
        Put("/apis/apps/v1/namespaces/shop/deployments/web", "web", "u-web", """{"owner": "anna"}""");
        Put("/api/v1/namespaces/shop/services/web", "web", "u-svc-1", """{"kind": "inner"}""", selector: """{"app": "web"}""");
        Put("/api/v1/namespaces/shop/services/outer", "outer", "u-svc-2", """{"kind": "outer"}""", selector: """{"app": "web", "tier": "front"}""");
        Put("/api/v1/namespaces/shop/services/other", "other", "u-svc-3", selector: """{"app": "db"}""");
        Put("/api/v1/namespaces/shop/services/all", "all", "u-svc-4", selector: "{}");
    }

    /// <summary>Makes or changes a pod.</summary>
    public void Set(JsonObject pod)
    {
        lock (gate)
        {
            var uid = pod["metadata"]!["uid"]!.GetValue<string>();
            pod["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            Tell(pods.ContainsKey(uid) ? "MODIFIED" : "ADDED", pod);
            pods[uid] = pod;
        }
    }

    public void Delete(string uid)
    {
        lock (gate)
        {
            var pod = pods[uid];
            pods.Remove(uid);
            pod["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            Tell("DELETED", pod);
        }
    }

    /// <summary>Takes a pod away while nobody watches, so that only a list tells of it.</summary>
    public void Forget(string uid)
    {
        lock (gate)
        {
            pods.Remove(uid);
            version++;
        }
    }

    /// <summary>Says where a watch may go on from.</summary>
    public void Bookmark()
    {
        lock (gate)
        {
            Send($$"""{"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "{{++version}}"} } }""");
        }
    }

    /// <summary>Sends a line to all watches.</summary>
    public void Send(string line)
    {
        lock (gate)
        {
            watchers.ForEach(watcher => watcher.Writer.TryWrite(line));
        }
    }

    /// <summary>Ends all watches; with <paramref name="forgets"/> nothing that was before is known any more.</summary>
    public void EndWatches(bool forgets = false)
    {
        lock (gate)
        {
            if (forgets)
            {
                oldest = ++version;
                history.Clear();
            }

            watchers.ForEach(static watcher => watcher.Writer.TryComplete());
        }
    }

    public async ValueTask DisposeAsync()
    {
        EndWatches();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        certificates.Dispose();
    }

    private static JsonObject Owner(string owner) => new()
    {
        ["apiVersion"] = owner.StartsWith("ReplicationController", StringComparison.Ordinal) ? "v1" : "apps/v1",
        ["kind"] = owner.Split('/')[0], ["name"] = owner.Split('/')[1], ["uid"] = "u-" + owner.Split('/')[1], ["controller"] = true,
    };

    private void Tell(string type, JsonObject pod)
    {
        var line = $$"""{"type": "{{type}}", "object": {{pod.ToJsonString()}} }""";
        history.Add((version, line));
        Send(line);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        requests.Enqueue($"{http.Request.Method} {target}");
        if (http.Request.Headers.Authorization != $"Bearer {Token}")
        {
            http.Response.StatusCode = 401;
            return;
        }

        if (Oddly(target) is { } odd)
        {
            if (odd.IsSilent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            http.Response.StatusCode = odd.Status;
            await http.Response.WriteAsync(odd.Body, http.RequestAborted);
            return;
        }

        var query = QueryHelpers.ParseQuery(http.Request.QueryString.Value);
        var path = http.Request.Path.Value!;
        await (path == "/api/v1/pods" && query.ContainsKey("watch") ? WatchAsync(http, long.Parse(query["resourceVersion"]!, CultureInfo.InvariantCulture))
            : path == "/api/v1/pods" ? WriteAsync(http, List(query.TryGetValue("limit", out var limit) ? int.Parse(limit!, CultureInfo.InvariantCulture) : 0, query.GetValueOrDefault("continue")))
            : path.EndsWith("/services", StringComparison.Ordinal) ? WriteAsync(http, Services(path))
            : Objects.TryGetValue(path, out var found) ? WriteAsync(http, found)
            : WriteAsync(http, """{"kind": "Status", "code": 404}""", 404));
    }

    private string Services(string path) => $$"""
        {"metadata": {"resourceVersion": "7"}, "items": [{{string.Join(',', Objects.Where(pair => pair.Key.StartsWith(path + "/", StringComparison.Ordinal)).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Value))}}]}
        """;

    private string List(int limit, string? from)
    {
        lock (gate)
        {
            var start = string.IsNullOrEmpty(from) ? 0 : int.Parse(from, CultureInfo.InvariantCulture);
            var page = pods.Values.Skip(start).Take(limit == 0 ? int.MaxValue : limit).Select(static pod => pod.ToJsonString()).ToList();
            var next = start + page.Count < pods.Count ? (start + page.Count).ToString(CultureInfo.InvariantCulture) : "";
            return $$"""{"kind": "PodList", "metadata": {"resourceVersion": "{{version}}", "continue": "{{next}}"}, "items": [{{string.Join(',', page)}}]}""";
        }
    }

    private async Task WatchAsync(HttpContext http, long from)
    {
        var lines = Channel.CreateUnbounded<string>();
        lock (gate)
        {
            if (from < oldest)
            {
                http.Response.StatusCode = RefusesByStatus ? 410 : 200;
                lines.Writer.TryWrite("""{"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}}""");
                lines.Writer.TryComplete();
            }
            else
            {
                history.Where(entry => entry.Version > from).ToList().ForEach(entry => lines.Writer.TryWrite(entry.Line));
                watchers.Add(lines);
            }
        }

        try
        {
            await http.Response.StartAsync(http.RequestAborted);
            await foreach (var line in lines.Reader.ReadAllAsync(http.RequestAborted))
            {
                // In two parts, as a network may have it.
                var bytes = Encoding.UTF8.GetBytes(line + "\n");
                await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await http.Response.Body.WriteAsync(bytes.AsMemory(bytes.Length / 2), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has hung up.
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(lines);
            }
        }
    }

    private static async Task WriteAsync(HttpContext http, string body, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body, http.RequestAborted);
    }
}
