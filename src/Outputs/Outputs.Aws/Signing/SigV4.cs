using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Saker.Outputs.Aws.Signing;

/// <summary>The parts of a request that its signature covers.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path as it is sent.</param>
/// <param name="Query">The query as it is sent, without its question mark.</param>
/// <param name="Headers">The headers that are signed; host and x-amz-date among them.</param>
/// <param name="BodyHash">SHA-256 of the body, in small hexadecimal digits.</param>
internal sealed record SignedParts(string Method, string Path, string Query, IReadOnlyList<KeyValuePair<string, string>> Headers, string BodyHash);

/// <summary>
/// Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), of the
/// request's head. S3 takes paths as they are; every other service wants them resolved and escaped once more.
/// </summary>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The form of x-amz-date.</summary>
    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>SHA-256 as it is signed.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The value of the header Authorization.</summary>
    public static string Authorization(SignedParts request, AwsCredentials credentials, string region, string service, DateTimeOffset time)
    {
        var timestamp = Timestamp(time);
        var date = timestamp[..8];
        var scope = $"{date}/{region}/{service}/aws4_request";
        var headers = request.Headers.GroupBy(static h => h.Key.ToLowerInvariant(), static h => OneBlank(h.Value))
            .OrderBy(static h => h.Key, StringComparer.Ordinal).ToList();
        var signed = string.Join(';', headers.Select(static h => h.Key));
        var canonical = string.Join('\n',
            request.Method, service == "s3" ? request.Path : Escape(Resolve(request.Path), keepSlash: true), Sorted(request.Query),
            string.Concat(headers.Select(static h => $"{h.Key}:{string.Join(',', h)}\n")), signed, request.BodyHash);
        var text = $"{Algorithm}\n{timestamp}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey.Reveal());
        foreach (var part in new[] { date, region, service, "aws4_request", text })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={Convert.ToHexStringLower(key)}";
    }

    /// <summary>Escapes everything but what RFC 3986 calls unreserved.</summary>
    public static string Escape(string text, bool keepSlash = false)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)unit) || unit is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~' || keepSlash && unit == '/')
            {
                escaped.Append((char)unit);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
            }
        }

        return escaped.ToString();
    }

    private static string Resolve(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static segment => segment != "."))
        {
            if (segment != "..")
            {
                kept.Add(segment);
            }
            else if (kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
        }

        return kept.Count == 0 ? "/" : $"/{string.Join('/', kept)}{(path[^1] == '/' ? "/" : "")}";
    }

    // By name, then by value; a name's end sorts before its longer neighbours, as '=' would not.
    private static string Sorted(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.Split('=', 2))
        .Select(static pair => (Name: Escape(Uri.UnescapeDataString(pair[0])), Value: Escape(Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""))))
        .OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
        .Select(static pair => $"{pair.Name}={pair.Value}"));

    private static string OneBlank(string value) => string.Join(' ', value.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
