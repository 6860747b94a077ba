namespace Saker.Router.Ingest;

/// <summary>The path of a request as the client wrote it.</summary>
internal static class RequestTarget
{
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
