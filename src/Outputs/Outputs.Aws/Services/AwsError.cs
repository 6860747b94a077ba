using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Saker.Outputs.Aws.Services;

/// <summary>What AWS says about a refusal, in XML or JSON.</summary>
/// <param name="Code">AWS's word for it: <c>InvalidParameter</c>; empty when the answer has none.</param>
/// <param name="Message">Its sentence.</param>
internal readonly record struct AwsError(string Code, string Message)
{
    private const string Expired = "Signature expired";
    private const string NotYet = "Signature not yet current";

    // https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html, and the lists by which AWS's own programs try again.
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete", "TransactionInProgressException", "EC2ThrottledException", "KMSThrottling", "KMSThrottlingException",
        "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException",
        "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError", "ConcurrentAccess",
    };

    private static readonly HashSet<string> OfCredentials = new(StringComparer.Ordinal)
    {
        "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException",
        "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired", "InvalidSecurity",
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidIdentityToken", "IDPRejectedClaim", "MalformedPolicyDocument", "RegionDisabledException",
    };

    private static readonly HashSet<string> OfPlace = new(StringComparer.Ordinal)
    {
        "AuthorizationError", "AuthorizationErrorException", "AccessDenied", "AccessDeniedException", "NotAuthorized", "NotFound", "NotFoundException",
        "ResourceNotFound", "ResourceNotFoundException", "NoSuchBucket", "KMSAccessDenied", "KMSAccessDeniedException", "KMSDisabled", "KMSDisabledException",
        "KMSInvalidState", "KMSInvalidStateException", "KMSNotFound", "KMSNotFoundException", "KMSOptInRequired", "PendingVerification", "InvalidAction", "UnknownOperationException",
    };

    /// <summary>The clocks of AWS and of this machine differ too much.</summary>
    public bool IsOfClock => Code is "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture"
        || Code is "SignatureDoesNotMatch" or "InvalidSignatureException" && (Message.StartsWith(Expired, StringComparison.Ordinal) || Message.StartsWith(NotYet, StringComparison.Ordinal));

    /// <summary>Temporary credentials have ended.</summary>
    public bool IsOfExpiry => Code is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>The credentials are refused, whatever is asked with them.</summary>
    public bool IsOfCredentials => OfCredentials.Contains(Code) && !IsOfClock;

    /// <summary>What it means; null when its status says more.</summary>
    public DeliveryStatus? Status =>
        IsOfClock || Passing.Contains(Code) ? DeliveryStatus.Retry
        : IsOfCredentials || OfPlace.Contains(Code) ? DeliveryStatus.Blocked
        : null;

    /// <summary>Code and sentence.</summary>
    public string Words => Message.Length == 0 ? Code : $"{Code}: {Message}";

    /// <summary>Reads an answer. What is no error of AWS's has an empty code.</summary>
    /// <param name="body">The answer's body.</param>
    /// <param name="header">Its header x-amzn-ErrorType.</param>
    public static AwsError Read(string body, string header = "")
    {
        var code = "";
        var message = "";
        if (body.AsSpan().TrimStart().StartsWith("{"))
        {
            (code, message) = ReadJson(body);
        }
        else if (ReadXml(body) is { } xml)
        {
            (code, message) = (Text(xml, "Code"), Text(xml, "Message"));
        }

        // AWS repeats the whole request below its first line, session token and all; and names a type as in com.amazonaws.sns#NotFound:http://….
        var word = (header.Length > 0 ? header : code).Split(':')[0];
        return new AwsError(word[(word.LastIndexOf('#') + 1)..], message.Split('\n')[0].Trim());
    }

    /// <summary>The answer as XML; null when it is none.</summary>
    public static XElement? ReadXml(string body)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The text of the first element of a name, whatever its namespace; empty when there is none.</summary>
    public static string Text(XElement xml, string name) => xml.DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

    private static (string Code, string Message) ReadJson(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return (Text(json.RootElement, "__type", "code", "Code"), Text(json.RootElement, "message", "Message"));
        }
        catch (JsonException)
        {
            return ("", "");
        }

        static string Text(JsonElement json, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                {
                    return value.GetString()!;
                }
            }

            return "";
        }
    }
}
