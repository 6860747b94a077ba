using System.Security.Cryptography;
using Saker.Files;

namespace Saker.Settings;

/// <summary>
/// Tells whether files changed, by their content: a ConfigMap of Kubernetes changes by a link to another folder, which neither the size
/// nor the time of a file need show.
/// </summary>
internal static class FileFingerprint
{
    /// <summary>Stands for a file that cannot be read.</summary>
    public const string Missing = "-";

    /// <summary>A text that changes with the content of any of the files; one that cannot be read counts as missing.</summary>
    public static string Of(params IEnumerable<string> files) => string.Join(' ', files.Select(Of));

    private static string Of(string file)
    {
        if (SystemFile.Look(file) is not { IsRegular: true })
        {
            return Missing; // also a pipe, whose content is for the one who reads it, and which may keep its reader waiting
        }

        try
        {
            using var stream = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            return Missing;
        }
    }
}
