using Saker.Conditions.Source;
using Saker.Rules.Composition;
using Saker.Rules.Definitions;

namespace Saker.Rules.Explaining;

/// <summary>Where the parts of conditions come from: kept with the rules, for explanations.</summary>
internal sealed class ConditionOrigins(MacroTable macros, Collector collector)
{
    /// <summary>All macros, in the order of their definition.</summary>
    public IEnumerable<(string Name, string Condition)> Macros => collector.Macros.All.Select(static macro => (macro.Name, macro.Condition.Text));

    /// <summary>All lists, in the order of their definition.</summary>
    public IEnumerable<ExplainedList> Lists => collector.Lists.All.Select(list => DescribeList(list.Name));

    /// <summary>A rule's condition with macros and lists by their names.</summary>
    public string ConditionOf(string rule) => collector.Rules.Find(rule)!.Condition.Text;

    /// <summary>File and line of the definition of a macro.</summary>
    public string PlaceOfMacro(string name) => PlaceOf(collector.Macros.Find(name)!);

    /// <summary>The lists that a condition took items from.</summary>
    public IEnumerable<string> ListsIn(SourceRange range) => macros.TextOf(range.Source).ListsIn(range.Start, range.End);

    /// <summary>A list as it was written.</summary>
    public ExplainedList DescribeList(string name)
    {
        var list = collector.Lists.Find(name)!;
        return new(name, PlaceOf(list), list.Items);
    }

    /// <summary>Whether an item of a list is a list.</summary>
    public bool IsList(string name) => collector.Lists.Find(name) is not null;

    private static string PlaceOf(Definition definition) => $"{definition.Context.File.Name}:{definition.Context.Location.Line + 1}";
}
