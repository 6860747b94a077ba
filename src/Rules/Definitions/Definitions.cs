using Saker.Alerts;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Rules.Definitions;

/// <summary>What the rule files define under a name.</summary>
/// <param name="name">The name.</param>
/// <param name="context">Where it is defined.</param>
internal abstract class Definition(string name, ItemContext context)
{
    public string Name { get; } = name;

    public ItemContext Context { get; } = context;

    /// <summary>When the name was first defined, counted over all items.</summary>
    public int Index { get; set; }

    /// <summary>When it was last changed: it sees what was defined before that.</summary>
    public int Visibility { get; set; }

    public bool Used { get; set; }
}

internal sealed class ListDefinition(string name, ItemContext context, List<string> items) : Definition(name, context)
{
    public List<string> Items { get; } = items;
}

internal sealed class MacroItem(string name, ItemContext context, MappedText condition, ItemContext conditionContext) : Definition(name, context)
{
    public MappedText Condition { get; set; } = condition;

    public ItemContext ConditionContext { get; } = conditionContext;
}

internal sealed class RuleItem(string name, ItemContext context) : Definition(name, context)
{
    public required MappedText Condition { get; set; }

    public required ItemContext ConditionContext { get; init; }

    public required string Output { get; set; }

    public required ItemContext OutputContext { get; init; }

    public required string Description { get; set; }

    public required Priority Priority { get; set; }

    public required string Source { get; init; }

    public bool Enabled { get; set; } = true;

    public bool WarnEventTypes { get; set; } = true;

    public bool SkipIfUnknownFilter { get; set; }

    public bool Capture { get; set; }

    public ulong? CaptureDuration { get; set; }

    public SortedSet<string> Tags { get; set; } = new(StringComparer.Ordinal);

    public List<ExceptionItem> Exceptions { get; set; } = [];

    public bool UnknownSource { get; init; }
}

/// <summary>An exception as it stands in the file: a scalar or a sequence for each of its parts.</summary>
internal sealed class ExceptionItem(string name, YamlScalar nameNode, ItemContext context)
{
    public string Name { get; } = name;

    public YamlScalar NameNode { get; } = nameNode;

    public ItemContext Context { get; } = context;

    public YamlNode? Fields { get; init; }

    public YamlNode? Comparisons { get; init; }

    public List<YamlNode> Values { get; init; } = [];
}
