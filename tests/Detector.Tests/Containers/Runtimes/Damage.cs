namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>Damages answers a little: bytes changed, taken out, doubled, cut off.</summary>
internal static class Damage
{
    private static readonly byte[] Telling = [.. "{}[]\",:\\0-9eEnulltrue@/.*"u8, 0, 0x80, 0xC0, 0xED, 0xFF];

    /// <summary>A damaged copy.</summary>
    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var count = random.Next(1, 4); count > 0 && bytes.Count > 0; count--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[place] = Telling[random.Next(Telling.Length)];
                    break;
                case 1:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 20), bytes.Count - place));
                    break;
                case 2:
                    bytes.InsertRange(place, bytes.GetRange(place, Math.Min(random.Next(1, 20), bytes.Count - place)));
                    break;
                default:
                    bytes[place] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
