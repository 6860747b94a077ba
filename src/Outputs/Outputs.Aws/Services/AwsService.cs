using System.Text;
using Saker.Alerts;
using Saker.Outputs.Aws.Signing;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Aws.Services;

/// <summary>A service of AWS in a region: signs what is sent to it, and knows what its refusals mean.</summary>
internal sealed class AwsService
{
    private readonly string service;
    private readonly OutputContext context;
    private readonly HttpExchange exchange;
    private readonly HttpTarget target;
    private readonly CredentialCache? credentials;
    private readonly string region;
    private readonly string decidingKey;

    /// <param name="service">Its name in addresses and signatures: <c>sns</c>.</param>
    /// <param name="address">Its address.</param>
    /// <param name="region">Its region.</param>
    /// <param name="descriptor">Names it in reasons.</param>
    /// <param name="options">The instance's options.</param>
    /// <param name="context">The instance's context.</param>
    /// <param name="credentials">What requests are signed with; null for requests that are not.</param>
    public AwsService(string service, string address, string region, OutputDescriptor descriptor, HttpOutputOptions options, OutputContext context, CredentialCache? credentials)
    {
        (this.service, this.region, this.context, this.credentials, decidingKey) = (service, region, context, credentials, descriptor.DecidingKey);
        target = HttpTarget.Of(new Secret(address));
        exchange = new HttpExchange(descriptor, context, options) { Sign = SignAsync, Words = Words, CredentialKey = "" };
    }

    /// <summary>The parameter that comes from the configuration: one that is wrong is wrong for every alert.</summary>
    public string Configured { get; init; } = "";

    /// <summary>Sends a request; the answer stands also for a destination that was not reached and for credentials that are not there.</summary>
    public async ValueTask<AwsAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        HttpAnswer answer;
        try
        {
            answer = await exchange.SendAsync(target, request, cancellationToken);
        }
        catch (NoCredentialsException exception)
        {
            return new AwsAnswer(exception.Result);
        }

        if (answer.IsSuccess || answer.Status is 0 or (>= 300 and < 400))
        {
            return new AwsAnswer(await answer.ResultAsync(cancellationToken), this, answer);
        }

        var text = Encoding.UTF8.GetString((await answer.BodyAsync(HttpAnswer.MaxReasonBytes, cancellationToken)).Span);
        return new AwsAnswer(Judge(answer, text, answer.Header("x-amzn-ErrorType")) ?? await answer.ResultAsync(cancellationToken), this, answer);
    }

    /// <summary>What an error means; null when AWS's word for it says nothing special.</summary>
    internal DeliveryResult? Judge(HttpAnswer answer, string text, string header = "")
    {
        var error = AwsError.Read(text, header);
        var status = error.Status;
        if (error.IsOfExpiry && credentials?.Forget() == true)
        {
            status = DeliveryStatus.Retry;
        }

        if (error.Code.StartsWith("InvalidParameter", StringComparison.Ordinal) && Configured.Length > 0 && error.Message.Contains(Configured, StringComparison.Ordinal))
        {
            status = DeliveryStatus.Blocked;
        }

        return status is { } known ? answer.Refusal(known, text) : null;
    }

    private async ValueTask SignAsync(HttpRequestMessage message, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (credentials is not null)
        {
            var with = await credentials.GetAsync(cancellationToken);
            RequestSigner.Sign(message, body.Span, with, region, service, context.Clock.GetUtcNow());
        }
    }

    private VendorWords? Words(int status, string text)
    {
        var error = AwsError.Read(text);
        return error.Code.Length == 0 && status is not (401 or 403) ? null
            : error.IsOfClock ? new VendorWords($"{error.Words} The clock of this machine differs from that of AWS; set it right")
            : (error.IsOfCredentials || error.Code.Length == 0) && credentials is { Source.Length: > 0 } ? new VendorWords($"{(error.Code.Length == 0 ? text : error.Words)} The credentials are those of {credentials.Source}", "")
            : error.Code.Length == 0 ? null
            : new VendorWords(error.Words, error.Status == DeliveryStatus.Blocked && !error.IsOfCredentials ? decidingKey : "");
    }
}

/// <summary>An answer of AWS, judged.</summary>
internal sealed class AwsAnswer(DeliveryResult result, AwsService? service = null, HttpAnswer? answer = null) : IDisposable
{
    private const int MaxBytes = 1 << 20;

    public DeliveryResult Result => result;

    /// <summary>The body of an answer that is a success; empty when it breaks off.</summary>
    public async ValueTask<string> TextAsync(CancellationToken cancellationToken) =>
        answer is null ? "" : Encoding.UTF8.GetString((await answer.BodyAsync(MaxBytes, cancellationToken)).Span);

    /// <summary>What an error among the items of a success means; <paramref name="otherwise"/> when AWS's word for it says nothing special.</summary>
    public DeliveryResult ItemResult(string error, DeliveryStatus otherwise) => service!.Judge(answer!, error) ?? answer!.Refusal(otherwise, error);

    public void Dispose() => answer?.Dispose();
}
