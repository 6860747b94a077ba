namespace Saker.Settings;

/// <summary>What is made of YAML that can be read in several ways.</summary>
internal enum YamlReading
{
    /// <summary>Whatever is doubtful is an error.</summary>
    Strict,

    /// <summary>As Falco reads its configuration: of repeated keys and of several documents the first counts. A warning tells it.</summary>
    AsFalco,
}
