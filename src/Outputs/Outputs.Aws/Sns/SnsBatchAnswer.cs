using System.Globalization;
using Saker.Outputs.Aws.Services;

namespace Saker.Outputs.Aws.Sns;

/// <summary>The answer to a batch, which tells for each entry whether it was taken.</summary>
internal static class SnsBatchAnswer
{
    /// <summary>The outcomes, in the order of the entries. Of one that is not named, nobody knows: it comes again.</summary>
    public static List<DeliveryResult> Read(string text, int count, AwsAnswer answer)
    {
        var results = Enumerable.Repeat(DeliveryResult.Retry("AWS SNS did not say whether it took this alert."), count).ToList();
        foreach (var member in AwsError.ReadXml(text)?.Descendants().Where(static e => e.Name.LocalName == "member") ?? [])
        {
            if (int.TryParse(AwsError.Text(member, "Id"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < count)
            {
                results[index] = member.Parent?.Name.LocalName != "Failed" ? DeliveryResult.Delivered
                    : answer.ItemResult(member.ToString(), AwsError.Text(member, "SenderFault") == "true" ? DeliveryStatus.Rejected : DeliveryStatus.Retry);
            }
        }

        return results;
    }
}
