using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Saker.Router.Access;

/// <summary>
/// A signature of what is sent: the header <c>X-Saker-Signature: client=NAME,t=SECONDS,v1=HEX</c>, where HEX is HMAC-SHA-256 over
/// <c>SECONDS.BODY</c> and SECONDS since 1970 are at most five minutes from now, so that what was overheard cannot be sent again later.
/// </summary>
/// <param name="Client">Who says to have signed.</param>
/// <param name="Time">When, in seconds since 1970.</param>
/// <param name="Code">The code.</param>
internal readonly record struct BodySignature(string Client, long Time, byte[] Code)
{
    public const string Header = "X-Saker-Signature";

    private const int CodeBytes = 32;
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Reads the header; false when it has another form.</summary>
    public static bool TryParse(string header, out BodySignature signature)
    {
        signature = default;
        string? client = null;
        long? time = null;
        byte[]? code = null;
        foreach (var part in header.Split(',', 8, StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? "" : part[(equals + 1)..];
            switch (equals < 0 ? part : part[..equals])
            {
                case "client":
                    client = value;
                    break;
                case "t" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds):
                    time = seconds;
                    break;
                case "v1" when value.Length == CodeBytes * 2 && value.All(char.IsAsciiHexDigit):
                    code = Convert.FromHexString(value);
                    break;
            }
        }

        if (client is null || time is null || code is null)
        {
            return false;
        }

        signature = new BodySignature(client, time.Value, code);
        return true;
    }

    /// <summary>Makes the header's value.</summary>
    public static string Sign(string client, string key, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var time = now.ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"client={client},t={time},v1={Convert.ToHexStringLower(CodeOf(key, time, body))}");
    }

    /// <summary>Whether it is the code of this body under this key, and made just now.</summary>
    public bool Fits(string key, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var fits = CryptographicOperations.FixedTimeEquals(CodeOf(key, Time, body), Code);
        return fits && Math.Abs((double)Time - now.ToUnixTimeSeconds()) <= Tolerance.TotalSeconds;
    }

    private static byte[] CodeOf(string key, long time, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}.")));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
