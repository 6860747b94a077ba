using System.Buffers;
using System.Text.Json;

namespace Saker.Router.Api;

/// <summary>Answers as UTF-8 JSON.</summary>
internal static class JsonBytes
{
    public static byte[] Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
