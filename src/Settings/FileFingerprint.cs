using System.Security.Cryptography;

namespace Saker.Settings;

/// <summary>
/// Tells whether files changed, by their content: a ConfigMap of Kubernetes changes by a link to another folder, which neither the size
/// nor the time of a file need show.
/// </summary>
internal static class FileFingerprint
{
    private const string Missing = "-";

    /// <summary>A text that changes with the content of any of the files; one that cannot be read counts as missing.</summary>
    public static string Of(params IEnumerable<string> files) => string.Join(' ', files.Select(Of));

    private static string Of(string file)
    {
        if (!File.Exists(file))
        {
            return Missing;
        }

        try
        {
            using var stream = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Missing;
        }
    }
}
