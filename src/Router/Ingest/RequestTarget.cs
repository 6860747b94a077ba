using System.Buffers;
using System.Globalization;
using System.Text;

namespace Saker.Router.Ingest;

/// <summary>The path of a request as the client wrote it.</summary>
internal static class RequestTarget
{
    private static readonly SearchValues<char> PlainInQuery = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static code => (char)code)]);
    private static readonly SearchValues<char> PlainInPath = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~$&+,/:;=@");

    /// <summary>The path without query and without the scheme and host of an absolute target, percent signs decoded.</summary>
    public static string PathOf(string rawTarget)
    {
        var path = rawTarget.AsSpan();
        if (path.IndexOf("://") is var scheme and > 0 && path[..scheme].IndexOf('/') < 0)
        {
            path = path[(scheme + 3)..];
            var slash = path.IndexOf('/');
            path = slash < 0 ? "/" : path[slash..];
        }

        var query = path.IndexOf('?');
        path = query < 0 ? path : path[..query];
        return path.Contains('%') ? Uri.UnescapeDataString(path) : path.ToString();
    }

    /// <summary>The path as it stands in a header, escaped as Go escapes the path of a URL.</summary>
    public static string EscapePath(string path) => Escape(path, PlainInPath);

    /// <summary>A query as it stands in a header: what no header takes is escaped, the rest stays as it came.</summary>
    public static string EscapeQuery(string query) => Escape(query, PlainInQuery);

    private static string Escape(string text, SearchValues<char> plain)
    {
        if (text.AsSpan().IndexOfAnyExcept(plain) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && plain.Contains((char)rune.Value))
            {
                escaped.Append((char)rune.Value);
                continue;
            }

            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
            }
        }

        return escaped.ToString();
    }

    /// <summary>The path without empty, <c>.</c> and <c>..</c> parts; a slash at the end stays. Falcosidekick redirects there.</summary>
    public static string Clean(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        var clean = "/" + string.Join('/', parts);
        return path.EndsWith('/') && clean.Length > 1 ? clean + "/" : clean;
    }
}
