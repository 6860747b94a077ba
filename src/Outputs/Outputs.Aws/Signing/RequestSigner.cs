using System.Globalization;

namespace Saker.Outputs.Aws.Signing;

/// <summary>Signs requests as they leave.</summary>
internal static class RequestSigner
{
    /// <summary>Adds time, token and signature. What a proxy may change, such as the user agent, is not covered.</summary>
    public static void Sign(HttpRequestMessage message, ReadOnlySpan<byte> body, AwsCredentials credentials, string region, string service, DateTimeOffset time)
    {
        var hash = SigV4.Hash(body);
        Set(message, "X-Amz-Date", SigV4.Timestamp(time));
        if (!credentials.SessionToken.IsEmpty)
        {
            Set(message, "X-Amz-Security-Token", credentials.SessionToken.Reveal());
        }

        if (service == "s3")
        {
            Set(message, "X-Amz-Content-Sha256", hash);
        }

        var address = message.RequestUri!;
        var headers = new List<KeyValuePair<string, string>>
        {
            new("host", message.Headers.Host ?? (address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}")),
        };
        headers.AddRange(Values(message.Headers, static name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)));
        if (message.Content is { } content)
        {
            headers.AddRange(Values(content.Headers, static name => name.Equals("content-type", StringComparison.OrdinalIgnoreCase)));
            headers.Add(new("content-length", body.Length.ToString(CultureInfo.InvariantCulture)));
        }

        var parts = new SignedParts(message.Method.Method, address.AbsolutePath, address.Query.TrimStart('?'), headers, hash);
        Set(message, "Authorization", SigV4.Authorization(parts, credentials, region, service, time));
    }

    private static IEnumerable<KeyValuePair<string, string>> Values(System.Net.Http.Headers.HttpHeaders headers, Func<string, bool> isSigned) =>
        from header in headers.NonValidated
        where isSigned(header.Key)
        from value in header.Value
        select KeyValuePair.Create(header.Key, value);

    private static void Set(HttpRequestMessage message, string name, string value)
    {
        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, value);
    }
}
