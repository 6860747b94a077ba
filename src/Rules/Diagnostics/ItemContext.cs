using Saker.Rules.Yaml;

namespace Saker.Rules.Diagnostics;

/// <summary>A step of the way to a finding: file, rule, condition … as tools that read Falco's results expect it.</summary>
/// <param name="ItemType">What the step is: <c>rule</c>, <c>rule condition</c>.</param>
/// <param name="ItemName">Its name, or nothing.</param>
/// <param name="PositionName">The file, or the start of the condition in quotes.</param>
/// <param name="Line">From 0.</param>
/// <param name="Column">From 0.</param>
/// <param name="Offset">From 0.</param>
public sealed record DiagnosticLocation(string ItemType, string ItemName, string PositionName, int Line, int Column, int Offset);

/// <summary>Where in a file the reader stands, with the way to it.</summary>
internal sealed class ItemContext
{
    private readonly ItemContext? parent;

    /// <summary>The whole file.</summary>
    public ItemContext(RuleFile file)
    {
        File = file;
        Location = new DiagnosticLocation("rules content", "", file.Name, 0, 0, 0);
    }

    private ItemContext(ItemContext parent, DiagnosticLocation location, RuleFile file)
    {
        this.parent = parent;
        Location = location;
        File = file;
    }

    public RuleFile File { get; }

    public DiagnosticLocation Location { get; }

    /// <summary>The way from the file to here.</summary>
    public IReadOnlyList<DiagnosticLocation> Path => parent is null ? [Location] : [.. parent.Path, Location];

    /// <summary>A step to a node.</summary>
    public ItemContext At(YamlNode node, string itemType, string itemName = "")
    {
        var (line, column) = node.File.Locate(node.Start);
        return new ItemContext(this, new DiagnosticLocation(itemType, itemName, node.File.Name, line, column, node.Start), node.File);
    }

    /// <summary>A step into a condition, at a place of its text.</summary>
    public ItemContext InCondition(string condition, int line, int column, int offset)
    {
        var name = $"\"{(condition.Length > 20 ? condition[..17] + "..." : condition)}\"";
        return new ItemContext(this, new DiagnosticLocation("condition expression", "", name, line, column, offset), File);
    }
}
