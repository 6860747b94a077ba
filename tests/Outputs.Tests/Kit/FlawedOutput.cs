using System.ComponentModel.DataAnnotations;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Tests.Kit;

/// <summary>What is wrong with an output that the kit must catch.</summary>
internal enum Flaw
{
    None,
    RetriesInside,
    LeaksItsSecret,
    LosesOneOfABatch,
    IgnoresAKey,
    CutsCharacters,
    KeepsASocket,
    ReadsEverything,
    TakesTooManyAsFinal,
    BlocksItsThread,
}

/// <summary>Options of the flawed output.</summary>
internal sealed record FlawedOptions : HttpOutputOptions
{
    /// <summary>Where to.</summary>
    [Required, RequestHead]
    public Secret Address { get; init; } = Secret.None;

    /// <summary>A token, sent as a header.</summary>
    [RequestHead]
    public Secret Token { get; init; } = Secret.None;

    /// <summary>What is wrong.</summary>
    public Flaw Flaw { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("address", Address)];
}

/// <summary>An output as anybody might write it, with one thing wrong.</summary>
internal sealed class FlawedOutput(FlawedOptions options, OutputContext context) : IOutput, IOutputFactory<FlawedOptions>
{
#pragma warning disable RS0030 // the flaw: a client that nobody closes
    private static readonly HttpClient Kept = new();
#pragma warning restore RS0030

    private readonly HttpTarget target = HttpTarget.Of(options.Address);
    private readonly HttpExchange exchange = new(Descriptor, context, options) { CredentialKey = "token" };

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "flawed",
        Title = "Flawed",
        Summary = "Has one thing wrong.",
        Transport = OutputTransport.Http,
        DecidingKey = "address",
    };

    public static BatchLimits Batch(FlawedOptions options) => new(10);

    public static IOutput Create(FlawedOptions options, OutputContext context) => new FlawedOutput(options, context);

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = Request(alerts);
        if (options.Flaw == Flaw.BlocksItsThread)
        {
#pragma warning disable VSTHRD002, CA1849, VSTHRD103 // the flaw
            return BatchResult.All(exchange.DeliverAsync(target, request, cancellationToken).AsTask().GetAwaiter().GetResult());
#pragma warning restore VSTHRD002, CA1849, VSTHRD103
        }

        if (options.Flaw == Flaw.KeepsASocket)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, target.Address) { Content = new ReadOnlyMemoryContent(request.Body) };
            using var response = await Kept.SendAsync(message, cancellationToken);
            return BatchResult.All(response.IsSuccessStatusCode ? DeliveryResult.Delivered : DeliveryResult.Retry($"status {(int)response.StatusCode}"));
        }

        using var answer = await exchange.SendAsync(target, request, cancellationToken);
        var result = options.Flaw == Flaw.ReadsEverything && !answer.IsSuccess
            ? DeliveryResult.Rejected(Encoding.UTF8.GetString((await answer.BodyAsync(int.MaxValue, cancellationToken)).Span))
            : await answer.ResultAsync(cancellationToken);
        return options.Flaw switch
        {
            Flaw.RetriesInside when result.Status == DeliveryStatus.Retry => BatchResult.All(await exchange.DeliverAsync(target, request, cancellationToken)),
            Flaw.LeaksItsSecret when result.Status != DeliveryStatus.Delivered =>
                BatchResult.All(result.With($"{result.Reason} {Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Token.Reveal()))}")),
            Flaw.TakesTooManyAsFinal when answer.Status == 429 => BatchResult.All(DeliveryResult.Rejected("status 429")),
            _ => BatchResult.All(result),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private OutgoingRequest Request(IReadOnlyList<Alert> alerts)
    {
        var sent = options.Flaw == Flaw.LosesOneOfABatch && alerts.Count > 1 ? alerts.Take(alerts.Count - 1) : alerts;
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        var json = new GoJsonWriter(body);
        json.BeginList();
        foreach (var alert in sent)
        {
            json.Text(alert.Output);
            foreach (var (_, text) in AlertView.For(alert, strict: false).Fields)
            {
                json.Text(options.Flaw == Flaw.CutsCharacters && text.Length > 98 ? text[..98] : text);
            }
        }

        json.EndList();
        return new OutgoingRequest(body.WrittenMemory)
        {
            Headers = options.Token.IsEmpty || options.Flaw == Flaw.IgnoresAKey ? [] : [new("Authorization", $"Bearer {options.Token.Reveal()}")],
        };
    }
}
