using System.Buffers;

namespace Saker.Detector.State;

/// <summary>Finds a pod's uid in the cgroups of a thread: <c>kubepods-burstable-pod01234567_89ab_….slice</c>.</summary>
internal static class PodIdentity
{
    /// <summary>Bytes of a uid.</summary>
    public const int Length = 36;

    // Of pods that the kubelet reads from files: a hash without separators.
    private const int HashLength = 32;

    private static readonly SearchValues<byte> letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"u8);
    private static readonly SearchValues<byte> hexadecimal = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>The uid that the first path with one has, with hyphens; empty for none. Allocates nothing.</summary>
    /// <param name="cgroups">Subsystem=path pairs that end in zero bytes.</param>
    /// <param name="buffer">Room for <see cref="Length"/> bytes.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> cgroups, Span<byte> buffer)
    {
        var rest = cgroups;
        for (int at; (at = rest.IndexOf("pod"u8)) >= 0;)
        {
            rest = rest[(at + 3)..];
            if (IsUid(rest))
            {
                rest[..Length].CopyTo(buffer);
                buffer[..Length].Replace((byte)'_', (byte)'-');
                return buffer[..Length];
            }

            if (IsHash(rest))
            {
                rest[..HashLength].CopyTo(buffer);
                return buffer[..HashLength];
            }
        }

        return default;
    }

    private static bool IsUid(ReadOnlySpan<byte> text)
    {
        if (text.Length < Length)
        {
            return false;
        }

        ReadOnlySpan<int> separators = [8, 13, 18, 23];
        var start = 0;
        foreach (var separator in separators)
        {
            if (text[separator] is not ((byte)'-' or (byte)'_') || text[start..separator].ContainsAnyExcept(letters))
            {
                return false;
            }

            start = separator + 1;
        }

        return !text[start..Length].ContainsAnyExcept(letters);
    }

    private static bool IsHash(ReadOnlySpan<byte> text) =>
        text.Length >= HashLength && !text[..HashLength].ContainsAnyExcept(hexadecimal)
        && (text.Length == HashLength || text[HashLength] is 0 or (byte)'/' or (byte)'.');
}
