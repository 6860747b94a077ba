using System.Globalization;
using System.Text.RegularExpressions;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;
using YamlDotNet.Core;

namespace Saker.Rules.Loading;

/// <summary>Reads the items of rule files in their order.</summary>
internal sealed partial class RuleFileReader(Collector collector, RuleLoaderOptions options, DiagnosticBag diagnostics)
{
    private const string AppendDeprecated =
        "'append' is deprecated; say under 'override' which keys are appended, for example 'condition: append'.";

    /// <summary>The keys that a list may have.</summary>
    public static readonly IReadOnlySet<string> ListKeys = new HashSet<string> { "list", "items", "append", "override" };

    /// <summary>The keys that a macro may have.</summary>
    public static readonly IReadOnlySet<string> MacroKeys = new HashSet<string> { "macro", "condition", "append", "override" };

    private static readonly HashSet<string> Items = ["items"];
    private static readonly HashSet<string> Condition = ["condition"];

    private readonly RuleItemReader rules = new(collector, options, diagnostics);

    /// <summary>Reads a file; true when it held a document.</summary>
    public bool Read(RuleFile file)
    {
        var context = new ItemContext(file);
        if (file.Fault is not null)
        {
            diagnostics.Add(DiagnosticCode.FileRead, file.Fault, context);
            return true;
        }

        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlTreeReader.ReadDocuments(file);
        }
        catch (YamlFault fault)
        {
            var place = new YamlScalar(file, fault.Offset, fault.Offset, "", ScalarStyle.Plain);
            diagnostics.Add(DiagnosticCode.YamlParse, fault.Message, context.At(place, "rules content"));
            return true;
        }

        foreach (var document in documents)
        {
            if (document.IsNull)
            {
                continue;
            }

            if (document is not YamlSequence items)
            {
                diagnostics.Add(DiagnosticCode.YamlValidate,
                    document is YamlMapping ? "Rules content is not yaml array of objects" : "Rules content is not yaml", context);
                continue;
            }

            foreach (var item in items.Items)
            {
                if (!item.IsNull)
                {
                    ReadItem(item, context);
                }
            }
        }

        return documents.Any(static document => !document.IsNull);
    }

    private void ReadItem(YamlNode node, ItemContext file)
    {
        if (node is not YamlMapping item)
        {
            diagnostics.Add(DiagnosticCode.YamlValidate, "Unexpected element type. Each element should be a yaml associative array.", file.At(node, "rules content item"));
        }
        else if (item["required_engine_version"] is not null)
        {
            ReadEngineVersion(item, file);
        }
        else if (item["required_plugin_versions"] is { } plugins)
        {
            ReadPluginVersions(plugins, file);
        }
        else if (item["list"] is not null)
        {
            ReadNamed(item, file, "list", ListKeys, ReadList);
        }
        else if (item["macro"] is not null)
        {
            ReadNamed(item, file, "macro", MacroKeys, ReadMacro);
        }
        else if (item["rule"] is not null)
        {
            ReadNamed(item, file, "rule", RuleItemReader.Keys, rules.Read);
        }
        else
        {
            diagnostics.Add(DiagnosticCode.UnknownItem, "Unknown top level item", file.At(item, "rules content item"));
        }
    }

    private void ReadNamed(YamlMapping item, ItemContext file, string kind, IReadOnlySet<string> keys, Action<string, ItemReader> read)
    {
        if (new ItemReader(item, file.At(item, kind), diagnostics).Required(kind) is not { } name)
        {
            return;
        }

        var reader = new ItemReader(item, file.At(item, kind, name.Value), diagnostics);
        read(name.Value, reader);
        reader.WarnUnknownKeys(keys);
        if (reader.Failed)
        {
            collector.Broken.Add($"{kind} {name.Value}");
        }
    }

    private void ReadList(string name, ItemReader reader)
    {
        if (!ListName().IsMatch(name))
        {
            reader.Warn(DiagnosticCode.InvalidListName, "The list's name has blanks, quotes, parentheses, commas or equals signs: no condition can name it");
        }

        var items = reader.Sequence("items", required: true);
        var append = ReadAppend(reader, Items, "items");
        if (reader.Failed || items is null)
        {
            return;
        }

        if (!append)
        {
            collector.Lists.Define(new ListDefinition(name, reader.Context, items), collector.NextTime());
        }
        else if (collector.Lists.Find(name) is { } list)
        {
            list.Items.AddRange(items);
            collector.Touch(list);
        }
        else
        {
            FailMissing(reader, "list", name);
        }
    }

    private void ReadMacro(string name, ItemReader reader)
    {
        if (!MacroName().IsMatch(name))
        {
            reader.Warn(DiagnosticCode.InvalidMacroName, "The macro's name has more than letters, digits and underscores: no condition can name it");
        }

        var condition = reader.Required("condition");
        var append = ReadAppend(reader, Condition, "condition");
        if (reader.Failed || condition is null)
        {
            return;
        }

        if (!append)
        {
            var macro = new MacroItem(name, reader.Context, MappedText.Of(condition), reader.Context.At(condition, "macro condition"));
            collector.Macros.Define(macro, collector.NextTime());
        }
        else if (collector.Macros.Find(name) is { } macro)
        {
            macro.Condition = new MappedText.Builder().Append(macro.Condition).Append(" ", condition).Append(condition).Build();
            collector.Touch(macro);
        }
        else
        {
            FailMissing(reader, "macro", name);
        }
    }

    private static bool ReadAppend(ItemReader reader, HashSet<string> overridable, string key)
    {
        var append = ReadAppendFlag(reader);
        var overrides = reader.Overrides(overridable, overridable);
        if (append && overrides is { Count: > 0 })
        {
            reader.Fail("'append' and 'override' cannot be used together", reader.Context);
        }

        return append || (overrides is not null && overrides.TryGetValue(key, out var appended) && appended);
    }

    /// <summary>Reads <c>append: true</c>, and says that it is deprecated.</summary>
    public static bool ReadAppendFlag(ItemReader reader)
    {
        var append = reader.OptionalBool("append") == true;
        if (append)
        {
            reader.Warn(DiagnosticCode.DeprecatedItem, AppendDeprecated);
        }

        return append;
    }

    private void FailMissing(ItemReader reader, string kind, string name)
    {
        // Its definition is there but wrong: that was told.
        if (!collector.Broken.Contains($"{kind} {name}"))
        {
            reader.Fail(DiagnosticCode.Validate, $"The {kind} '{name}' is appended to, but no {kind} of that name is defined before", reader.Context);
        }
    }

    private void ReadEngineVersion(YamlMapping item, ItemContext file)
    {
        var reader = new ItemReader(item, file.At(item, "required_engine_version"), diagnostics);
        if (reader.Required("required_engine_version") is not { } scalar)
        {
            return;
        }

        var version = int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new System.Version(0, minor, 0)
            : ReadVersion(scalar.Value);
        if (version is null)
        {
            reader.Fail($"Unable to parse engine version '{scalar.Value}': it is written as x.y.z or as a number", reader.Context);
        }
        else if (version.Major != options.EngineVersion.Major || version > options.EngineVersion)
        {
            reader.Fail(DiagnosticCode.Validate, $"Rules require engine version {version}, but this one has {options.EngineVersion}", reader.Context);
        }
    }

    private void ReadPluginVersions(YamlNode plugins, ItemContext file)
    {
        var context = file.At(plugins, "required plugin versions");
        if (plugins is not YamlSequence sequence)
        {
            diagnostics.Add(DiagnosticCode.YamlValidate, "Value of required_plugin_versions must be a sequence", context);
            return;
        }

        foreach (var node in sequence.Items)
        {
            if (node is not YamlMapping plugin)
            {
                diagnostics.Add(DiagnosticCode.YamlValidate, "Plugin version must be a mapping", context.At(node, "required plugin versions entry"));
                continue;
            }

            var reader = new ItemReader(plugin, context.At(plugin, "required plugin versions entry", (plugin["name"] as YamlScalar)?.Value ?? ""), diagnostics);
            var alternatives = (plugin["alternatives"] as YamlSequence)?.Items.OfType<YamlMapping>() ?? [];
            var satisfied = IsSatisfied(reader);
            foreach (var alternative in alternatives)
            {
                satisfied |= IsSatisfied(new ItemReader(alternative, reader.Context.At(alternative, "required plugin versions alternative"), diagnostics));
            }

            if (!satisfied && !reader.Failed)
            {
                reader.Fail(DiagnosticCode.Validate, $"The plugin '{(plugin["name"] as YamlScalar)?.Value}' is not there in the required version", reader.Context);
            }
        }
    }

    private bool IsSatisfied(ItemReader reader)
    {
        var name = reader.Required("name");
        var text = reader.Required("version");
        if (name is null || text is null)
        {
            return false;
        }

        if (ReadVersion(text.Value) is not { } required)
        {
            reader.Fail(DiagnosticCode.Validate, $"Invalid required version '{text.Value}' for plugin '{name.Value}'", reader.Context);
            return false;
        }

        return options.Plugins.TryGetValue(name.Value, out var present) && present.Major == required.Major && present >= required;
    }

    private static System.Version? ReadVersion(string text) =>
        SemanticVersion().IsMatch(text) && System.Version.TryParse(text.Split('-', '+')[0], out var version) ? version : null;

    [GeneratedRegex(@"\A[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex SemanticVersion();

    [GeneratedRegex(@"\A[^()""'\s=,]+\z")]
    private static partial Regex ListName();

    [GeneratedRegex(@"\A[a-zA-Z]+[a-zA-Z0-9_]*\z")]
    private static partial Regex MacroName();
}
