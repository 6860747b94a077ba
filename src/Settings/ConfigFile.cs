namespace Saker.Settings;

/// <summary>Reads the file that the user named.</summary>
internal static class ConfigFile
{
    /// <summary>The file's top-level map; empty after a fault.</summary>
    public static ConfigMap Read(string path, ConfigFaults faults, YamlReading reading = YamlReading.Strict)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var content = new byte[Math.Min(stream.Length, YamlConfigReader.MaxBytes + 1L)];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return YamlConfigReader.Read(path, content.AsSpan(0, length), faults, reading);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            faults.Error(ConfigSource.WholeFile(path), "", Directory.Exists(path)
                ? "This is a folder; name the file in it."
                : $"The file cannot be read: {exception.Message}");
            return new ConfigMap([], ConfigSource.WholeFile(path));
        }
    }
}
