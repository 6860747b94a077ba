using Saker.Rules.Compilation;
using Saker.Rules.Composition;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Loading;
using Saker.Rules.Yaml;

namespace Saker.Rules;

/// <summary>
/// Loads rule files. Several files count as one, in their order. All mistakes of all files are told; the first is the one
/// that Falco would stop at.
/// </summary>
public static class RuleLoader
{
    /// <summary>Loads rules from files that were read.</summary>
    public static RuleSet Load(IReadOnlyList<RuleFile> files, RuleLoaderOptions options)
    {
        var diagnostics = new DiagnosticBag();
        var collector = new Collector();
        var reader = new RuleFileReader(collector, options, diagnostics);
        var empty = files.Where(file => !reader.Read(file)).Select(static file => file.Name).ToList();
        var macros = new MacroTable(collector, diagnostics);
        var rules = new RuleCompiler(options, macros, collector, diagnostics).Compile();
        if (!diagnostics.HasErrors)
        {
            WarnUnused(collector, diagnostics);
        }

        return new RuleSet(rules, diagnostics.All, empty, new(macros, collector));
    }

    private static void WarnUnused(Collector collector, DiagnosticBag diagnostics)
    {
        foreach (var macro in collector.Macros.All.Where(static macro => !macro.Used))
        {
            diagnostics.Add(DiagnosticCode.UnusedMacro, "Macro not referred to by any other rule/macro", macro.Context);
        }

        foreach (var list in collector.Lists.All.Where(static list => !list.Used))
        {
            diagnostics.Add(DiagnosticCode.UnusedList, "List not referred to by any other rule/macro", list.Context);
        }
    }
}
