using System.Security.Cryptography;
using System.Text;
using Saker.Files;

namespace Saker.Settings;

/// <summary>
/// The files whose content is a value, read once each: what <c>KEY_FILE</c> and <c>${file:…}</c> name. Remembers what they held, so that a
/// change of one of them can be seen.
/// </summary>
internal sealed class ValueFiles
{
    /// <summary>Bytes that a value has at most; a certificate with its chain has a tenth of it.</summary>
    public const int MaxBytes = 64 << 10;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, Content> known = new(StringComparer.Ordinal);

    /// <summary>The files that were read, or could not be.</summary>
    public IReadOnlyCollection<string> Paths => known.Keys;

    /// <summary>What they held, as <see cref="FileFingerprint"/> tells it of <see cref="Paths"/>.</summary>
    public string Fingerprint => string.Join(' ', known.Values.Select(static content => content.Fingerprint));

    /// <summary>The content without the line break at its end; null with the end of a sentence that says why there is none.</summary>
    public string? Read(string path, out string problem)
    {
        if (!known.TryGetValue(path, out var content))
        {
            known.Add(path, content = ReadNow(path));
        }

        problem = content.Problem;
        return content.Text;
    }

    private static Content ReadNow(string path)
    {
        try
        {
            if (!Directory.Exists(path) && SystemFile.Look(path) is { IsRegular: false })
            {
                return Content.Unusable("it is no file that can be read again, but a pipe or a device.", FileFingerprint.Missing);
            }

            using var stream = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                return Content.Unusable($"it has more than {MaxBytes} bytes, which is no value.", FileFingerprint.Of(path));
            }

            var read = bytes.AsSpan(0, length);
            var fingerprint = Convert.ToHexString(SHA256.HashData(read));
            return read.IndexOf((byte)0) >= 0
                ? Content.Unusable("it holds bytes that are no text.", fingerprint)
                : new Content(WithoutLineBreak(Strict.GetString(read)), "", fingerprint);
        }
        catch (DecoderFallbackException)
        {
            return Content.Unusable("it is no text in UTF-8.", FileFingerprint.Of(path));
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            return Content.Unusable(FileProblem.Reason(exception, path), FileFingerprint.Missing);
        }
    }

    // Editors and 'echo' end a file with one; nobody means it to be part of a password.
    private static string WithoutLineBreak(string text) => text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    private sealed record Content(string? Text, string Problem, string Fingerprint)
    {
        public static Content Unusable(string problem, string fingerprint) => new(null, problem, fingerprint);
    }
}
