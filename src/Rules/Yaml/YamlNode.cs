using System.Diagnostics.CodeAnalysis;
using YamlDotNet.Core;

namespace Saker.Rules.Yaml;

/// <summary>A node of a rule file, with its place.</summary>
/// <param name="file">The file.</param>
/// <param name="start">The offset of its first character.</param>
internal abstract class YamlNode(RuleFile file, int start)
{
    public RuleFile File { get; } = file;

    public int Start { get; } = start;

    /// <summary>True for an empty value, <c>~</c> and <c>null</c>.</summary>
    public virtual bool IsNull => false;
}

internal sealed class YamlScalar(RuleFile file, int start, int end, string value, ScalarStyle style) : YamlNode(file, start)
{
    private int[]? offsets;

    public string Value { get; } = value;

    public override bool IsNull => style == ScalarStyle.Plain && Value is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The offset in the file of a character of the value.</summary>
    public int OffsetOf(int index)
    {
        offsets ??= ScalarPositions.Find(File.Content, Start, end, Value, style);
        return index < offsets.Length ? offsets[index] : end;
    }

    /// <summary>Reads a truth value in the spellings of YAML 1.1.</summary>
    public bool TryBool(out bool result)
    {
        result = Value.ToLowerInvariant() is "true" or "yes" or "on" or "y";
        return result || Value.ToLowerInvariant() is "false" or "no" or "off" or "n";
    }
}

internal sealed class YamlSequence(RuleFile file, int start, IReadOnlyList<YamlNode> items) : YamlNode(file, start)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;
}

internal sealed class YamlMapping(RuleFile file, int start, IReadOnlyList<(YamlScalar Key, YamlNode Value)> entries) : YamlNode(file, start)
{
    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries { get; } = entries;

    /// <summary>The value of a key; null when there is none.</summary>
    public YamlNode? this[string key] => TryGet(key, out _, out var value) ? value : null;

    public bool TryGet(string key, [NotNullWhen(true)] out YamlScalar? keyNode, [NotNullWhen(true)] out YamlNode? value)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key.Value == key)
            {
                (keyNode, value) = entry;
                return true;
            }
        }

        (keyNode, value) = (null, null);
        return false;
    }
}
