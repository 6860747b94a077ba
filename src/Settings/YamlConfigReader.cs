using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Saker.Settings;

/// <summary>
/// Reads YAML (and with it JSON) into a tree that keeps every value as written, with its place.
/// Size, depth and number of values are bounded; anchors, aliases and merge keys are understood.
/// </summary>
internal sealed partial class YamlConfigReader
{
    /// <summary>Largest file that is read. A ConfigMap of Kubernetes ends at 1 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int MaxDepth = 64;
    private const int MaxValues = 200_000;

    private readonly string file;
    private readonly ConfigFaults faults;
    private readonly Scanner scanner;
    private readonly Parser parser;
    private readonly Dictionary<AnchorName, Anchored> anchors = [];
    private readonly Stack<NodeEvent> openBrackets = new();
    private readonly YamlReading reading;
    private int values;
    private int deepest;

    private YamlConfigReader(string file, string text, ConfigFaults faults, YamlReading reading)
    {
        this.file = file;
        this.faults = faults;
        this.reading = reading;
        scanner = new Scanner(new StringReader(text), skipComments: true);
        parser = new Parser(scanner);
    }

    /// <summary>The file's top-level map; empty after a fault, which is then in <paramref name="faults"/>.</summary>
    public static ConfigMap Read(string file, ReadOnlySpan<byte> content, ConfigFaults faults, YamlReading reading = YamlReading.Strict)
    {
        if (TryDecode(file, content, faults) is not { } text)
        {
            return Empty(file);
        }

        if (TomlSentence(file, text) is { } sentence)
        {
            faults.Error(ConfigSource.WholeFile(file), "", sentence);
            return Empty(file);
        }

        return Parse(file, text, faults, reading) switch
        {
            ConfigMap map => map,
            null => Empty(file),
            ConfigScalar { IsNull: true } => Empty(file),
            var other => Refuse(other),
        };

        ConfigMap Refuse(ConfigNode other)
        {
            faults.Error(other.Source, "", $"The file must be a map of keys and their values, as in 'key: value', and is a {(other is ConfigScalar ? "text" : "list")}.");
            return Empty(file);
        }
    }

    /// <summary>One value in YAML or JSON; null when there is none, or after a fault.</summary>
    public static ConfigNode? Parse(string file, string text, ConfigFaults faults, YamlReading reading = YamlReading.Strict)
    {
        var reader = new YamlConfigReader(file, text, faults, reading);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlException exception)
        {
            reader.ReportBroken(exception);
            return null;
        }
#pragma warning disable CA1031 // The library answers some broken texts with whatever happens to go wrong in it; to a user they are all one.
        catch (Exception exception) when (exception is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            reader.ReportBroken(null);
            return null;
        }
    }

    private void ReportBroken(YamlException? exception)
    {
        // Faults found while scanning a map carry the map's beginning; the scanner stands where the fault is.
        var end = exception is null || exception.Message.StartsWith("While scanning", StringComparison.Ordinal) ? scanner.CurrentPosition : exception.End;
        if (openBrackets.TryPeek(out var bracket) && (exception is null || exception.Message.Contains(" flow ", StringComparison.Ordinal)))
        {
            var sign = bracket is SequenceStart ? "]" : "}";
            faults.Error(At(bracket), "", string.Create(CultureInfo.InvariantCulture, $"This is not valid YAML: the bracket that opens here is not closed; a ',' or '{sign}' was expected at line {end.Line}, column {end.Column}."));
        }
        else if (exception is not null && exception.Message.Contains("quoted scalar, found unexpected end", StringComparison.Ordinal))
        {
            faults.Error(ConfigSource.InFile(file, exception.Start.Line, exception.Start.Column), "", "This is not valid YAML: the quotation mark that opens here is not closed.");
        }
        else
        {
            faults.Error(ConfigSource.InFile(file, end.Line, end.Column), "", $"This is not valid YAML: {exception?.Message ?? "what stands here is not understood; look before this place for a bracket or a quotation mark that is not closed."}");
        }
    }

    private static ConfigMap Empty(string file) => new([], ConfigSource.WholeFile(file));

    private static string? TryDecode(string file, ReadOnlySpan<byte> content, ConfigFaults faults)
    {
        if (content.Length > MaxBytes)
        {
            faults.Error(ConfigSource.WholeFile(file), "", $"The file has more than the {MaxBytes} bytes that are read.");
            return null;
        }

        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        if (!Utf8.IsValid(content))
        {
            faults.Error(ConfigSource.InFile(file, FirstInvalidLine(content), 1), "", "This line is not valid UTF-8; save the file as UTF-8.");
            return null;
        }

        return Encoding.UTF8.GetString(content);
    }

    private static int FirstInvalidLine(ReadOnlySpan<byte> content)
    {
        var line = 1;
        while (content.IndexOf((byte)'\n') is var end and >= 0 && Utf8.IsValid(content[..end]))
        {
            line++;
            content = content[(end + 1)..];
        }

        return line;
    }

    [GeneratedRegex(@"^(\[[A-Za-z0-9_.-]+\]$|[A-Za-z0-9_.-]+\s*=)", RegexOptions.CultureInvariant)]
    private static partial Regex TomlLine();

    private static string? TomlSentence(string file, string text)
    {
        const string sentence = "TOML is not read; write the same settings as YAML ('section:' and below it '  key: value').";
        if (file.EndsWith(".toml", StringComparison.OrdinalIgnoreCase))
        {
            return sentence;
        }

        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#')
            {
                continue;
            }

            return TomlLine().IsMatch(trimmed) ? sentence : null;
        }

        return null;
    }

    private ConfigNode? ReadStream()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        parser.Consume<DocumentStart>();
        var node = ReadNode(depth: 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
        {
            const string sentence = "A second YAML document begins here; only one is read. Put all settings into one.";
            if (reading == YamlReading.AsFalco)
            {
                faults.Warning(At(second), "", sentence);
            }
            else
            {
                faults.Error(At(second), "", sentence);
            }
        }

        return node;
    }

    private ConfigNode ReadNode(int depth)
    {
        var current = parser.Current!;
        if (depth > MaxDepth)
        {
            throw TooDeep(current);
        }

        Count(current, 1);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return ReadAlias(alias, depth);
        }

        var (valuesBefore, deepestBefore) = (values, deepest);
        deepest = depth;

        var anchor = current is NodeEvent { Anchor.IsEmpty: false } named ? named.Anchor : AnchorName.Empty;
        ConfigNode node = current switch
        {
            Scalar => ReadScalar(),
            SequenceStart start => ReadList(start, depth),
            MappingStart start => ReadMap(start, depth),
            _ => throw new YamlException(current.Start, current.Start, "A value was expected here."),
        };
        if (!anchor.IsEmpty)
        {
            anchors[anchor] = new Anchored(node, values - valuesBefore, deepest - depth);
        }

        deepest = Math.Max(deepest, deepestBefore);
        return node;
    }

    // Whoever reads the tree meets what an alias stands for as often as it is named: it counts as written out.
    private ConfigNode ReadAlias(AnchorAlias alias, int depth)
    {
        if (!anchors.TryGetValue(alias.Value, out var target))
        {
            throw new YamlException(alias.Start, alias.Start, $"No value before this one has the anchor '{alias.Value}'.");
        }

        Count(alias, target.Values);
        deepest = Math.Max(deepest, depth + target.Height);
        return deepest > MaxDepth ? throw TooDeep(alias) : target.Node;
    }

    private static YamlException TooDeep(ParsingEvent at) => new(at.Start, at.Start, $"Values are nested deeper than {MaxDepth} levels.");

    private ConfigScalar ReadScalar()
    {
        var scalar = parser.Consume<Scalar>();
        var isNull = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };
        return new ConfigScalar(isNull ? "" : scalar.Value, At(scalar), isNull, scalar.Style == ScalarStyle.Plain);
    }

    // A bracket counts as open before what comes behind it is looked at, and as closed likewise: either may be what is wrong.
    private ConfigList ReadList(SequenceStart start, int depth)
    {
        var isFlow = start.Style == SequenceStyle.Flow;
        Open(start, isFlow);
        parser.MoveNext();
        var items = new List<ConfigNode>();
        while (!parser.Accept<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        Close(isFlow);
        parser.MoveNext();
        return new ConfigList(items, At(start));
    }

    private ConfigMap ReadMap(MappingStart start, int depth)
    {
        var isFlow = start.Style == MappingStyle.Flow;
        Open(start, isFlow);
        parser.MoveNext();
        var entries = new List<ConfigEntry>();
        var merged = new List<ConfigEntry>();
        var known = new Dictionary<string, ConfigSource>(StringComparer.Ordinal);
        while (!parser.Accept<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                var current = parser.Current!;
                throw new YamlException(current.Start, current.Start, "A key must be plain text.");
            }

            var value = ReadNode(depth + 1);
            if (key is { Style: ScalarStyle.Plain, Value: "<<" })
            {
                Merge(key, value, merged);
            }
            else if (!known.TryAdd(key.Value, At(key)))
            {
                RefuseRepeated(key, known[key.Value].Line);
            }
            else
            {
                entries.Add(new ConfigEntry(key.Value, At(key), value));
            }
        }

        Close(isFlow);
        parser.MoveNext();

        // What the map says itself wins over what it merges in.
        foreach (var entry in merged)
        {
            if (known.TryAdd(entry.Key, entry.KeySource))
            {
                entries.Add(entry);
            }
        }

        return new ConfigMap(entries, At(start));
    }

    private void Open(NodeEvent start, bool isFlow)
    {
        if (isFlow)
        {
            openBrackets.Push(start);
        }
    }

    private void Close(bool isFlow)
    {
        if (isFlow)
        {
            openBrackets.Pop();
        }
    }

    private void RefuseRepeated(Scalar key, int line)
    {
        if (reading == YamlReading.AsFalco)
        {
            faults.Warning(At(key), key.Value, $"This key stands at line {line} already, and that one counts; what stands here has no effect.");
            return;
        }

        faults.Error(At(key), key.Value, $"This key stands at line {line} already; keep one of the two.");
    }

    private void Merge(Scalar key, ConfigNode value, List<ConfigEntry> merged)
    {
        foreach (var node in value is ConfigList list ? list.Items : [value])
        {
            if (node is not ConfigMap map)
            {
                faults.Error(At(key), "<<", "Only maps can be merged in with '<<'.");
                continue;
            }

            merged.AddRange(map.Entries);
        }
    }

    private void Count(ParsingEvent at, int values)
    {
        this.values += values;
        if (this.values > MaxValues)
        {
            throw new YamlException(at.Start, at.Start, $"The file holds more than {MaxValues} values.");
        }
    }

    /// <summary>What an alias may stand for, with the values in it and the levels below it.</summary>
    private readonly record struct Anchored(ConfigNode Node, int Values, int Height);

    private ConfigSource At(ParsingEvent parsed) => ConfigSource.InFile(file, parsed.Start.Line, parsed.Start.Column);
}
