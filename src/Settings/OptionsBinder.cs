using System.Collections;
using System.ComponentModel.DataAnnotations;
using Saker.Text;

namespace Saker.Settings;

/// <summary>
/// Fills option records from the tree and the environment. Every fault is collected, and the key that has it keeps its default,
/// so that one wrong value hides no other.
/// </summary>
/// <param name="environment">The variables.</param>
/// <param name="faults">Gets the faults.</param>
/// <param name="mayBeIncomplete">Asks for no key that is missing, for a section that is not in use.</param>
/// <param name="references">Puts into values what they refer to; null where they are taken as written.</param>
internal sealed class OptionsBinder(EnvironmentVariables environment, ConfigFaults faults, bool mayBeIncomplete = false, ValueReferences? references = null)
{
    private readonly List<EffectiveValue> effective = [];

    /// <summary>What was bound so far, in the order of binding.</summary>
    public IReadOnlyList<EffectiveValue> Effective => effective;

    /// <summary>An instance of the schema's record.</summary>
    /// <param name="schema">What may stand in the section.</param>
    /// <param name="section">What the file says; null for nothing.</param>
    /// <param name="path">The section's path; empty at the top.</param>
    /// <param name="fallback">Where to point to when something is missing.</param>
    /// <param name="others">Keys in the section that somebody else reads.</param>
    public object Bind(OptionSchema schema, ConfigMap? section, string path, ConfigSource fallback, IReadOnlyCollection<string>? others = null)
    {
        var written = EntriesByKey(schema, section, path, others ?? []);
        var options = schema.CreateInstance();
        foreach (var key in schema.Keys)
        {
            var keyPath = Join(path, key.Name);
            if (key.Kind == OptionKind.Section)
            {
                var nested = NestedSection(written.GetValueOrDefault(key), keyPath);
                key.Property.SetValue(options, Bind(key.Section, nested, keyPath, nested?.Source ?? fallback));
                continue;
            }

            var node = OfVariable(key, keyPath) ?? written.GetValueOrDefault(key);
            if (key.Kind == OptionKind.Map && node is ConfigMap map)
            {
                node = EntriesFromEnvironment(map, keyPath);
            }

            BindKey(key, options, node, keyPath, fallback);
        }

        CheckWhole(options, path, section?.Source ?? fallback);
        return options;
    }

    /// <summary>True when the file or the environment gives the key a value.</summary>
    public bool IsSet(ConfigMap? section, string path, string key) =>
        environment.FindOrFile(EnvironmentVariables.NameOf(Join(path, key))) is not null || !IsEmpty(section?.Find(key)?.Value);

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static bool IsEmpty(ConfigNode? node) => node switch
    {
        null => true,
        ConfigScalar scalar => scalar.Text.Length == 0,
        ConfigList list => list.Items.Count == 0,
        _ => ((ConfigMap)node).Entries.Count == 0,
    };

    private Dictionary<OptionKey, ConfigNode> EntriesByKey(OptionSchema schema, ConfigMap? section, string path, IReadOnlyCollection<string> others)
    {
        var written = new Dictionary<OptionKey, ConfigNode>();
        foreach (var entry in section?.Entries ?? [])
        {
            if (others.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            // The value of a key that nobody knows is not shown: it may be a misspelt secret.
            if (schema.Find(entry.Key) is not { } key)
            {
                var known = schema.Keys.Select(static key => key.Name).Concat(others);
                faults.Error(entry.KeySource, Join(path, entry.Key), $"There is no such key{NearestWord.Hint(entry.Key, known)}");
            }
            else if (!written.TryAdd(key, entry.Value))
            {
                faults.Error(entry.KeySource, Join(path, entry.Key), "This key stands here twice, in different case; keep one of the two.");
            }
        }

        return written;
    }

    private ConfigMap? NestedSection(ConfigNode? node, string path)
    {
        if (node is ConfigMap map || IsEmpty(node))
        {
            return node as ConfigMap;
        }

        faults.Error(node!.Source, path, "This is a section; put its keys below it, one a line.");
        return null;
    }

    // The entries of a map have variables of their own, and so have the keys of a section.
    private ConfigScalar? OfVariable(OptionKey key, string path) => key.Kind switch
    {
        OptionKind.NamedSections => null,
        OptionKind.Map => environment.Find(EnvironmentVariables.NameOf(path)),
        _ => environment.FindOrFile(EnvironmentVariables.NameOf(path)),
    };

    // CUSTOMFIELDS_ENV sets the entry 'env' of a map that the file has, as in Falcosidekick.
    private ConfigMap EntriesFromEnvironment(ConfigMap map, string path) => new(
        [.. map.Entries.Select(entry => environment.Find(EnvironmentVariables.NameOf(Join(path, entry.Key))) is { } value
            ? new ConfigEntry(entry.Key, value.Source, value)
            : entry)],
        map.Source);

    private void BindKey(OptionKey key, object options, ConfigNode? node, string path, ConfigSource fallback)
    {
        // An empty text is "not set" for everything but texts, whose default it may be meant to clear.
        var cleared = node is ConfigScalar { IsNull: false, Text: "" } && key is { Kind: OptionKind.Scalar, IsRequired: false } && key.ValueType == typeof(string);
        var isBlank = key.IsRequired && node is ConfigScalar { Text: var text } && string.IsNullOrWhiteSpace(text);
        if ((IsEmpty(node) || isBlank) && !cleared)
        {
            if (key.IsRequired && !mayBeIncomplete)
            {
                faults.Error(node?.Source ?? fallback, path, $"This must be set, here or in the variable {EnvironmentVariables.NameOf(path)}.");
            }

            effective.Add(new EffectiveValue(path, ValueDisplay.Of(key, key.Default), null));
            return;
        }

        var value = key.Kind switch
        {
            OptionKind.List => List(key, node!, path),
            OptionKind.Map => Map(key, node!, path),
            OptionKind.Sections => Sections(key, node!, path),
            OptionKind.NamedSections => NamedSections(key, node!, path),
            _ => Scalar(key, node!, path),
        };
        if (value is null || !PassesChecks(key, value, node!, path))
        {
            effective.Add(new EffectiveValue(path, ValueDisplay.Of(key, key.Default), null));
            return;
        }

        key.Property.SetValue(options, value);
        effective.Add(new EffectiveValue(path, ValueDisplay.Of(key, value, node!, references is not null), node!.Source) { Entries = node as ConfigMap });
    }

    private object? Scalar(OptionKey key, ConfigNode node, string path)
    {
        if (node is not ConfigScalar scalar)
        {
            faults.Error(node.Source, path, $"One value belongs here, not a {(node is ConfigMap ? "map" : "list")}.");
            return null;
        }

        var problem = "";
        if ((references is null || scalar.IsContent ? scalar.Text : references.Resolve(scalar.Text, out problem)) is not { } text)
        {
            faults.Error(scalar.Source, path, $"{ValueDisplay.Quote(key, scalar.Text)} {problem}");
            return null;
        }

        text = key.IsRequestHead ? RequestHead.Trim(text) : text;
        object? value = null;
        problem = (key.IsRequestHead ? RequestHead.ValueProblem(text) : null)
            ?? ScalarConverter.Convert(key.ValueType, text, out value)
            ?? key.NotOneOfTheWords(ref value);
        if (problem is not null)
        {
            faults.Error(scalar.Source, path, $"{ValueDisplay.Quote(key, scalar.Text)} {problem}");
            return null;
        }

        return value;
    }

    private IList? List(OptionKey key, ConfigNode node, string path)
    {
        var items = node switch
        {
            ConfigList list => list.Items,
            ConfigScalar scalar => [.. DelimitedText.SplitList(scalar.Text).Select(part => new ConfigScalar(part, scalar.Source))],
            _ => null,
        };
        if (items is null)
        {
            faults.Error(node.Source, path, "A list belongs here: '[a, b]', or 'a,b' in one text.");
            return null;
        }

        var values = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(key.ValueType))!;
        var complete = true;
        foreach (var item in items)
        {
            var value = Scalar(key, item, path);
            complete &= value is not null;
            if (value is not null)
            {
                values.Add(value);
            }
        }

        return complete ? values : null;
    }

    private IList? Sections(OptionKey key, ConfigNode node, string path)
    {
        if (node is not ConfigList list)
        {
            faults.Error(node.Source, path, "A list of sections belongs here, each behind a '-'.");
            return null;
        }

        var values = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(key.ValueType))!;
        foreach (var (index, item) in list.Items.Index())
        {
            var place = $"{path}[{index}]";
            values.Add(Bind(key.Section, NestedSection(item, place), place, item.Source));
        }

        return values;
    }

    private IDictionary? NamedSections(OptionKey key, ConfigNode node, string path)
    {
        if (node is not ConfigMap map)
        {
            faults.Error(node.Source, path, "Sections under names belong here, each with its keys below it.");
            return null;
        }

        var type = typeof(Dictionary<,>).MakeGenericType(typeof(string), key.ValueType);
        var values = (IDictionary)Activator.CreateInstance(type, StringComparer.Ordinal)!;
        foreach (var entry in map.Entries)
        {
            var place = Join(path, entry.Key);
            if (SectionNames.Problem(entry.Key) is { } problem)
            {
                faults.Error(entry.KeySource, place, problem);
            }
            else
            {
                values[entry.Key] = Bind(key.Section, NestedSection(entry.Value, place), place, entry.KeySource);
            }
        }

        return values;
    }

    private IDictionary? Map(OptionKey key, ConfigNode node, string path)
    {
        if (MapEntries(key, node, path) is not { } entries)
        {
            return null;
        }

        var type = typeof(Dictionary<,>).MakeGenericType(typeof(string), key.ValueType);
        var values = (IDictionary)Activator.CreateInstance(type, StringComparer.Ordinal)!;
        var complete = true;
        foreach (var entry in entries)
        {
            if (key.IsRequestHead && HeaderProblem(entry.Key, values) is { } problem)
            {
                faults.Error(entry.KeySource, path, problem);
                complete = false;
                continue; // what a broken name holds may be a value, which no text shows: nothing more is said of this entry
            }

            var value = Scalar(key, entry.Value, $"{path}.{entry.Key}");
            complete &= value is not null;
            if (value is not null)
            {
                values[entry.Key] = value;
            }
        }

        return complete ? values : null;
    }

    private static string? HeaderProblem(string name, IDictionary present) =>
        RequestHead.NameProblem(name)
        ?? (present.Keys.Cast<string>().FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } twice && twice != name
            ? $"The headers '{twice}' and '{name}' are one, whatever the case; keep one of the two."
            : null);

    private IReadOnlyList<ConfigEntry>? MapEntries(OptionKey key, ConfigNode node, string path)
    {
        switch (node)
        {
            case ConfigMap map:
                return map.Entries;
            case ConfigScalar { Text: ['{', not '{', ..] } json:
                var name = json.Source.ToString();
                if (YamlConfigReader.Parse(name, json.Text, new ConfigFaults()) is ConfigMap parsed)
                {
                    return [.. parsed.Entries.Select(entry => new ConfigEntry(entry.Key, json.Source, Moved(entry.Value, json.Source)))];
                }

                faults.Error(json.Source, path, "This begins like JSON, but is no JSON object.");
                return null;
            case ConfigScalar scalar:
                return Entries(DelimitedText.SplitList(scalar.Text).Select(part => new ConfigScalar(part, scalar.Source)));
            case ConfigList list when key.AllowsBareKeys && list.Items.All(static item => item is ConfigScalar or ConfigMap):
                return EntriesOfItems(list);
            default:
                faults.Error(node.Source, path, "A map belongs here: keys and values below it, or 'a:b,c:d' in one text.");
                return null;
        }

        IReadOnlyList<ConfigEntry>? EntriesOfItems(ConfigList list)
        {
            var entries = new List<ConfigEntry>();
            foreach (var item in list.Items)
            {
                if ((item is ConfigMap map ? map.Entries : Entries([(ConfigScalar)item])) is not { } some)
                {
                    return null;
                }

                entries.AddRange(some);
            }

            return entries;
        }

        IReadOnlyList<ConfigEntry>? Entries(IEnumerable<ConfigScalar> parts)
        {
            var entries = new List<ConfigEntry>();
            foreach (var part in parts)
            {
                var (entryKey, value) = DelimitedText.SplitEntry(part.Text);
                if (entryKey.Length == 0 || (value is null && !key.AllowsBareKeys))
                {
                    faults.Error(part.Source, path, $"{ValueDisplay.Quote(key, part.Text)} is not 'key:value'; a value with a comma in it must be written as a YAML map.");
                    return null;
                }

                entries.Add(new ConfigEntry(entryKey, part.Source, new ConfigScalar(value ?? "", part.Source)));
            }

            return entries;
        }
    }

    private static ConfigNode Moved(ConfigNode node, ConfigSource source) =>
        node is ConfigScalar scalar ? new ConfigScalar(scalar.Text, source, scalar.IsNull) : node;

    private bool PassesChecks(OptionKey key, object value, ConfigNode node, string path)
    {
        var passes = true;
        foreach (var check in key.Checks.Where(static check => check is not RequiredAttribute))
        {
            foreach (var item in value is IDictionary map ? map.Values.Cast<object>() : value is IList list ? list.Cast<object>() : [value])
            {
                if (!check.IsValid(item is ByteSize size ? size.Bytes : item))
                {
                    faults.Error(node.Source, path, $"{ValueDisplay.Quote(key, ValueDisplay.IsReferring(node, references is not null) ? ValueDisplay.Written(node) : ScalarConverter.Display(item))} {Problem(check)}");
                    passes = false;
                }
            }
        }

        return passes;
    }

    private static string Problem(ValidationAttribute check) => check switch
    {
        RangeAttribute range => $"is out of range; write a value from {range.Minimum} to {range.Maximum}.",
        { ErrorMessage: { } message } => message,
        _ => throw new InvalidOperationException($"{check.GetType().Name} needs an ErrorMessage that says what would be right."),
    };

    private void CheckWhole(object options, string path, ConfigSource source)
    {
        foreach (var fault in (options as ICheckedOptions)?.Validate() ?? [])
        {
            var keyPath = Join(path, fault.Key);
            var place = effective.FindLast(value => value.Path == keyPath)?.Source;
            faults.Error(place ?? source, keyPath, fault.Message);
        }
    }
}
