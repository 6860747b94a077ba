using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Saker.Rules.Yaml;

/// <summary>Reads YAML documents into our own tree, every node with its place. Bounded in depth and in nodes.</summary>
internal static class YamlTreeReader
{
    private const int MaximumDepth = 32;
    private const int MaximumNodes = 1_000_000;

    /// <summary>Reads all documents of a file.</summary>
    /// <exception cref="YamlFault">The text is no YAML, or exceeds the bounds.</exception>
    public static IReadOnlyList<YamlNode> ReadDocuments(RuleFile file)
    {
        try
        {
            return Read(file, file.Content, static index => index);
        }
        catch (YamlFault fault)
        {
            return ReadRepaired(file, fault);
        }
    }

    // The library refuses some texts that are YAML, and tells others without a place.
    private static List<YamlNode> ReadRepaired(RuleFile file, YamlFault original)
    {
        var repaired = YamlRepair.Of(file.Content);
        if (repaired.Fault is { } fault)
        {
            throw fault;
        }

        try
        {
            return Read(file, repaired.Text, repaired.Locate);
        }
        catch (YamlFault) when (original.Offset > 0)
        {
            throw original;
        }
    }

    private static List<YamlNode> Read(RuleFile file, string text, Func<int, int> locate)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            var reader = new Reader(file, parser, locate);
            var documents = new List<YamlNode>();
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                documents.Add(reader.Read(0));
                parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (YamlException exception)
        {
            throw new YamlFault(exception.Message, locate((int)Math.Clamp(exception.Start.Index, 0, text.Length)));
        }
        catch (InvalidOperationException)
        {
            // The scanner answers some broken flow sequences so, without a place.
            throw new YamlFault("The file is no YAML: brackets, braces or quotes do not match.", 0);
        }
    }

    private sealed class Reader(RuleFile file, IParser parser, Func<int, int> locate)
    {
        private readonly Dictionary<string, YamlNode> anchors = [];
        private int count;

        public YamlNode Read(int depth)
        {
            var current = parser.Consume<ParsingEvent>();
            if (depth > MaximumDepth || ++count > MaximumNodes)
            {
                throw new YamlException(current.Start, current.End, $"The file nests deeper than {MaximumDepth} or has more than {MaximumNodes} nodes.");
            }

            switch (current)
            {
                case Scalar scalar:
                    return Anchored(scalar, new YamlScalar(file, Offset(scalar.Start), Offset(scalar.End), scalar.Value, scalar.Style));
                case SequenceStart sequence:
                    var items = new List<YamlNode>();
                    while (!parser.TryConsume<SequenceEnd>(out _))
                    {
                        items.Add(Read(depth + 1));
                    }

                    return Anchored(sequence, new YamlSequence(file, Offset(sequence.Start), items));
                case MappingStart mapping:
                    var entries = new List<(YamlScalar, YamlNode)>();
                    while (!parser.TryConsume<MappingEnd>(out _))
                    {
                        var key = Read(depth + 1) as YamlScalar
                            ?? throw new YamlException(mapping.Start, mapping.End, "A key must be a plain word.");
                        entries.Add((key, Read(depth + 1)));
                    }

                    return Anchored(mapping, new YamlMapping(file, Offset(mapping.Start), entries));
                case AnchorAlias alias:
                    return anchors.GetValueOrDefault(alias.Value.Value)
                        ?? throw new YamlException(alias.Start, alias.End, $"The alias *{alias.Value.Value} has no anchor before it.");
                default:
                    throw new YamlException(current.Start, current.End, "A value is expected here.");
            }
        }

        private YamlNode Anchored(NodeEvent source, YamlNode node)
        {
            if (!source.Anchor.IsEmpty)
            {
                anchors[source.Anchor.Value] = node;
            }

            return node;
        }

        private int Offset(Mark mark) => Math.Clamp(locate((int)Math.Min(mark.Index, int.MaxValue)), 0, file.Content.Length);
    }
}
