namespace Saker.Router.Tests.Fuzzing;

/// <summary>Small damage to bytes: what a broken sender, a proxy or an attacker makes of a request.</summary>
internal static class Damage
{
    private static readonly byte[][] Pieces =
    [
        [.. "\r\n"u8], [.. "\r\n\r\n"u8], [.. "\n"u8], [.. "\0"u8], [.. " "u8], [.. "\t"u8], [.. ":"u8], [.. "{"u8], [.. "}"u8], [.. "["u8], [.. "]"u8], [.. "\""u8], [.. "\\u0000"u8], [.. "\\ud800"u8],
        [.. "1e999"u8], [.. "-0"u8], [.. "99999999999999999999"u8], [.. "Transfer-Encoding: chunked\r\n"u8], [.. "Content-Length: 7\r\n"u8], [.. "Content-Length: -1\r\n"u8], [.. "Expect: 100-continue\r\n"u8],
        [.. "Connection: close\r\n"u8], [.. "Connection: Upgrade\r\nUpgrade: h2c\r\n"u8], [.. "0\r\n\r\n"u8], [.. "ffffffffffffffff\r\n"u8], [.. "5;a=b\r\nhello\r\n"u8], [.. "%2e%2e/"u8], [.. "//"u8], [.. "?verbose"u8],
        [.. "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"u8], [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x1F, 0x8B, 8, 0], [0xE2, 0x80, 0xA8], [0xEF, 0xBB, 0xBF],
    ];

    public static byte[] To(byte[] content, Random random)
    {
        var bytes = new List<byte>(content);
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    bytes.InsertRange(at, Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(1, 60)).SelectMany(static piece => piece));
                    break;
                default:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)].Concat(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }
}
