using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Saker.Http;

namespace Saker.Router.Cli;

/// <summary>The router could not be reached, or takes nothing from here; the message is for a person.</summary>
internal sealed class SendException(string message) : Exception(message);

/// <summary>Sends alerts in batches, waits where the router asks for it, and remembers which were refused.</summary>
internal sealed class AlertSender : IDisposable
{
    /// <summary>Alerts in one request.</summary>
    public const int MaxBatch = 100;

    /// <summary>Bytes of one alert: what a router takes by default.</summary>
    public const int MaxAlertBytes = 16 << 20;

    private const int MaxBatchBytes = 1 << 20;
    private const int MaxTold = 20;
    private const int MaxTries = 10;
    private const long MaxAnswerBytes = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly HttpClient client;
    private readonly Uri target;
    private readonly int maxBatch;
    private readonly TimeProvider clock;
    private readonly List<AlertText> waiting = [];
    private readonly List<(long Line, string Reason)> refused = [];
    private long bytes;

    public AlertSender(Uri target, string? token, int maxBatch, TimeProvider clock)
    {
        (this.target, this.maxBatch, this.clock) = (target, maxBatch, clock);
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Alerts that the router has kept.</summary>
    public long Taken { get; private set; }

    /// <summary>Alerts that it has not.</summary>
    public long RefusedCount { get; private set; }

    /// <summary>The first of those.</summary>
    public IReadOnlyList<(long Line, string Reason)> Refused => [.. refused.OrderBy(static one => one.Line)];

    /// <summary>True when alerts were taken up and not sent yet.</summary>
    public bool HasWaiting => waiting.Count > 0;

    /// <summary>Takes up an alert, and sends what waits when that is enough.</summary>
    /// <exception cref="SendException">The router cannot be reached.</exception>
    public async Task AddAsync(AlertText alert, CancellationToken cancellationToken)
    {
        if (alert.Fault is { } fault)
        {
            Refuse(alert.Line, fault);
            return;
        }

        if (bytes > 0 && bytes + alert.Json.Length > MaxBatchBytes)
        {
            await FlushAsync(cancellationToken);
        }

        waiting.Add(alert);
        bytes += alert.Json.Length;
        if (waiting.Count >= maxBatch)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Sends what waits.</summary>
    /// <exception cref="SendException">The router cannot be reached.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (waiting.Count == 0)
        {
            return;
        }

        await SendAsync(cancellationToken);
        waiting.Clear();
        bytes = 0;
    }

    public void Dispose() => client.Dispose();

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            string problem;
            var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, tries - 1), MaxWait.TotalSeconds));
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = Content() };
                using var response = await client.SendAsync(request, cancellationToken); // bounded by MaxResponseContentBufferSize
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
                var answer = await reader.ReadToEndAsync(cancellationToken);
                if (!HttpStatuses.IsTransient(response.StatusCode))
                {
                    Settle(response.StatusCode, answer);
                    return;
                }

                problem = $"The router at {target} does not take alerts at present: {answer.Trim()}";
                wait = HttpStatuses.RetryAfter(response.Headers, clock) is { } asked && asked > wait ? asked : wait;
            }
            catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
            {
                problem = $"No router answers at {target}: {failure.Message}";
                if (tries == 1 && Taken == 0)
                {
                    throw new SendException(problem); // a wrong address rather than one that comes back
                }
            }
            catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = $"The router at {target} did not answer in time.";
            }

            if (tries == MaxTries || wait > MaxWait)
            {
                throw new SendException(problem);
            }

            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private ByteArrayContent Content()
    {
        var body = new ArrayBufferWriter<byte>((int)bytes + waiting.Count);
        foreach (var alert in waiting)
        {
            Append(body, alert.Json.Span, isOneOfSeveral: waiting.Count > 1);
        }

        return new ByteArrayContent(body.WrittenMemory.ToArray())
        {
            Headers = { ContentType = new MediaTypeHeaderValue(waiting.Count > 1 ? "application/x-ndjson" : "application/json") },
        };
    }

    // A line break between the parts of a value that is spread over lines is a blank like any other.
    private static void Append(ArrayBufferWriter<byte> body, ReadOnlySpan<byte> alert, bool isOneOfSeveral)
    {
        var into = body.GetSpan(alert.Length + 1);
        alert.CopyTo(into);
        if (isOneOfSeveral)
        {
            into[..alert.Length].Replace((byte)'\n', (byte)' ');
            into[..alert.Length].Replace((byte)'\r', (byte)' ');
            into[alert.Length] = (byte)'\n';
        }

        body.Advance(isOneOfSeveral ? alert.Length + 1 : alert.Length);
    }

    private void Settle(HttpStatusCode status, string answer)
    {
        switch (status)
        {
            case HttpStatusCode.OK:
                Taken += waiting.Count - Refuse(answer);
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed:
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                throw new SendException(string.Create(CultureInfo.InvariantCulture, $"The router at {target} answered {(int)status}: {answer.Trim()}"));
            case var _ when Refuse(answer) > 0:
                break;
            default:
                foreach (var alert in waiting)
                {
                    Refuse(alert.Line, string.Create(CultureInfo.InvariantCulture, $"{(int)status} {answer.Trim()}"));
                }

                break;
        }
    }

    // Notes those that the answer names, and says how many they are.
    private int Refuse(string answer)
    {
        var rejected = Rejected(answer);
        foreach (var (index, reason) in rejected)
        {
            Refuse(waiting[index].Line, reason);
        }

        return rejected.Count;
    }

    private List<(int Index, string Reason)> Rejected(string answer)
    {
        if (!answer.StartsWith('{'))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.TryGetProperty("rejected", out var rejected)
                ? [.. rejected.EnumerateArray().Select(static one => (one.GetProperty("index").GetInt32(), one.GetProperty("reason").GetString()!)).Where(one => one.Item1 >= 0 && one.Item1 < waiting.Count)]
                : [];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return []; // taken, in words that are not ours
        }
    }

    private void Refuse(long line, string reason)
    {
        RefusedCount++;
        if (refused.Count < MaxTold)
        {
            refused.Add((line, reason));
        }
    }
}
