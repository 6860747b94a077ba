using Confluent.Kafka;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Messaging.Kafka;

/// <summary>What Kafka's errors mean (https://kafka.apache.org/protocol#protocol_error_codes). One that is not named here is another attempt.</summary>
internal static class KafkaErrors
{
    public static DeliveryResult Result(Error error, string path, string lastWords)
    {
        // A message that has waited in vain does not say what for.
        var said = error.Code == ErrorCode.Local_MsgTimedOut && lastWords.Length > 0 ? lastWords : error.Reason;
        return Status(error) switch
        {
            DeliveryStatus.Rejected => DeliveryResult.Rejected($"Kafka refused the alert ({error.Code}): {Sentence(said)}"),
            DeliveryStatus.Blocked => DeliveryResult.Blocked($"Kafka refuses what is sent to it ({error.Code}): {Sentence(said)} Look at {path}.{Key(error.Code)}."),
            _ => DeliveryResult.Retry($"Kafka does not take alerts at present ({error.Code}): {Sentence(said)}"),
        };
    }

    /// <summary>An error of the connection after which the client goes on in vain: no message will be reported before its time is up.</summary>
    public static bool IsInVain(Error error) => error.IsFatal || Status(error) == DeliveryStatus.Blocked || error.Code == ErrorCode.Local_AllBrokersDown;

    private static DeliveryStatus Status(Error error) => error.Code switch
    {
        ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg or ErrorCode.InvalidMsgSize or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.InvalidTimestamp => DeliveryStatus.Rejected,
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication
            or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.TopicException or ErrorCode.InvalidRequiredAcks or ErrorCode.UnsupportedSaslMechanism
            or ErrorCode.IllegalSaslState or ErrorCode.UnsupportedVersion or ErrorCode.UnsupportedForMessageFormat or ErrorCode.PolicyViolation or ErrorCode.SecurityDisabled
            or ErrorCode.Local_UnsupportedFeature => DeliveryStatus.Blocked,
        _ => DeliveryStatus.Retry,
    };

    private static string Key(ErrorCode code) => code switch
    {
        ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication => "username",
        ErrorCode.UnsupportedSaslMechanism or ErrorCode.IllegalSaslState or ErrorCode.SecurityDisabled => "sasl",
        ErrorCode.InvalidRequiredAcks => "requiredacks",
        ErrorCode.ClusterAuthorizationFailed => "idempotent",
        ErrorCode.UnsupportedVersion or ErrorCode.UnsupportedForMessageFormat or ErrorCode.Local_UnsupportedFeature => "hostport",
        _ => "topic",
    };

    private static string Sentence(string words) => ServerWords.Ended(ServerWords.OneLine(words), "no more is said.");
}
