namespace Saker.Router.Benchmarks.Allocation;

/// <summary>A mail server that takes every mail. Allocates nothing per mail.</summary>
internal static class SilentMail
{
    private static readonly byte[] Greeting = "220 loopback ESMTP\r\n"u8.ToArray();
    private static readonly byte[] Offers = "250-loopback\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE\r\n"u8.ToArray();
    private static readonly byte[] GoAhead = "354 go ahead\r\n"u8.ToArray();
    private static readonly byte[] Fine = "250 fine\r\n"u8.ToArray();

    public static SilentServer Start() => new(Talk);

    private static void Talk(Stream stream)
    {
        stream.Write(Greeting);
        var buffer = new byte[1 << 20];
        var isMail = false;
        for (var length = 0; stream.Read(buffer, length, buffer.Length - length) is var read and > 0;)
        {
            length += read;
            while (buffer.AsSpan(0, length).IndexOf(isMail ? "\r\n.\r\n"u8 : "\r\n"u8) is var end and >= 0)
            {
                var command = buffer.AsSpan(0, end);
                var begins = !isMail && command.SequenceEqual("DATA"u8);
                stream.Write(begins ? GoAhead : !isMail && command.StartsWith("EHLO"u8) ? Offers : Fine);
                var used = end + (isMail ? 5 : 2);
                isMail = begins;
                buffer.AsSpan(used, length - used).CopyTo(buffer);
                length -= used;
            }
        }
    }
}
