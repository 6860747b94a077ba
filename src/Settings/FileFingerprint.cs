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
            if (!stream.CanSeek)
            {
                return Missing; // a pipe, whose content is for the one who reads it
            }

            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            return Missing;
        }
    }
}
