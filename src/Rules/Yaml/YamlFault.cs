namespace Saker.Rules.Yaml;

/// <summary>A file is no YAML.</summary>
/// <param name="message">Why.</param>
/// <param name="offset">Where in the file.</param>
internal sealed class YamlFault(string message, int offset) : Exception(message)
{
    public int Offset { get; } = offset;
}
