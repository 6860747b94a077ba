namespace Saker.Settings;

/// <summary>Reads the file that the user named.</summary>
internal static class ConfigFile
{
    /// <summary>The file's top-level map; empty after a fault.</summary>
    public static ConfigMap Read(string path, ConfigFaults faults, YamlReading reading = YamlReading.Strict)
    {
        try
        {
            return YamlConfigReader.Read(path, Content(path), faults, reading);
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            var source = ConfigSource.WholeFile(path.Length == 0 ? "''" : path);
            faults.Error(source, "", $"The file cannot be read: {FileProblem.Reason(exception, path)}");
            return new ConfigMap([], source);
        }
    }

    // A pipe has no length, and a device no end: one byte more than may be shows that there is more, and then nothing fits any more.
    private static ReadOnlySpan<byte> Content(string path)
    {
        using var stream = File.OpenRead(path);
        var content = new byte[64 * 1024];
        var length = 0;
        while (stream.Read(content, length, content.Length - length) is var read and > 0)
        {
            length += read;
            if (length == content.Length)
            {
                Array.Resize(ref content, Math.Min(content.Length * 2, YamlConfigReader.MaxBytes + 1));
            }
        }

        return content.AsSpan(0, length);
    }
}
