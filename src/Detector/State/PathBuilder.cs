namespace Saker.Detector.State;

/// <summary>Makes paths absolute as text alone, as the kernel's caller wrote them: links are not followed.</summary>
internal static class PathBuilder
{
    /// <summary>Room that a result may need at most.</summary>
    public const int MaxPath = 4096 + 256;

    /// <summary>
    /// Writes <paramref name="name"/> as seen from <paramref name="directory"/>: <c>.</c>, <c>..</c> and doubled slashes are
    /// resolved, no slash at the end. Gives what was written; what does not fit <paramref name="into"/> is left out.
    /// </summary>
    public static ReadOnlySpan<byte> Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, Span<byte> into)
    {
        var length = 0;
        var absolute = name.StartsWith("/"u8) || directory.StartsWith("/"u8);
        if (!name.StartsWith("/"u8))
        {
            Append(directory, into, ref length, absolute);
        }

        Append(name, into, ref length, absolute);
        if (length == 0 && absolute)
        {
            into[length++] = (byte)'/';
        }

        return into[..length];
    }

    private static void Append(ReadOnlySpan<byte> path, Span<byte> into, ref int length, bool absolute)
    {
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf((byte)'/');
            var part = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (part.IsEmpty || part.SequenceEqual("."u8))
            {
                continue;
            }

            if (part.SequenceEqual(".."u8))
            {
                length = Math.Max(into[..length].LastIndexOf((byte)'/'), 0);
                continue;
            }

            var separator = absolute || length > 0;
            if (length + part.Length + (separator ? 1 : 0) > into.Length)
            {
                return;
            }

            if (separator)
            {
                into[length++] = (byte)'/';
            }

            part.CopyTo(into[length..]);
            length += part.Length;
        }
    }
}
