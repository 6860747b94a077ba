using System.Text;
using Saker.Conditions.Source;
using Saker.Rules.Composition;
using Saker.Rules.Yaml;

namespace Saker.Rules.Definitions;

/// <summary>Text put together from values of rule files, with the place of each character.</summary>
internal sealed class MappedText
{
    private readonly YamlScalar[] sources;
    private readonly int[] indexes;
    private readonly ListSpan[] lists;

    private MappedText(string text, YamlScalar[] sources, int[] indexes, ListSpan[] lists)
    {
        Text = text;
        this.lists = lists;
        this.sources = sources;
        this.indexes = indexes;
    }

    public string Text { get; }

    /// <summary>The value as it stands in the file.</summary>
    public static MappedText Of(YamlScalar scalar) => new Builder().Append(scalar).Build();

    /// <summary>The file and the offset where a character was written.</summary>
    public (RuleFile File, int Offset) Locate(int index)
    {
        if (sources.Length == 0)
        {
            throw new InvalidOperationException("A text of no characters has no place.");
        }

        index = Math.Clamp(index, 0, sources.Length);
        return index < sources.Length
            ? (sources[index].File, sources[index].OffsetOf(indexes[index]))
            : (sources[^1].File, sources[^1].OffsetOf(indexes[^1]) + 1);
    }

    /// <summary>Names of the lists whose items stand in a part of the text.</summary>
    public IEnumerable<string> ListsIn(int start, int end) =>
        lists.Where(list => list.Start < end && list.End > start).Select(static list => list.Name).Distinct();

    /// <summary>The text as the parser takes it.</summary>
    public SourceText ToSource() => new(Text, index =>
    {
        var (file, offset) = Locate(index);
        var (line, column) = file.Locate(offset);
        return new SourcePosition(file.Name, line + 1, column + 1);
    });

    private readonly record struct ListSpan(int Start, int End, string Name);

    /// <summary>Puts a text together.</summary>
    internal sealed class Builder
    {
        private readonly StringBuilder text = new();
        private readonly List<YamlScalar> sources = [];
        private readonly List<int> indexes = [];
        private readonly List<ListSpan> lists = [];

        public int Length => text.Length;

        public Builder Append(YamlScalar scalar)
        {
            for (var i = 0; i < scalar.Value.Length; i++)
            {
                Append(scalar.Value[i], scalar, i);
            }

            return this;
        }

        /// <summary>Appends a part of another text.</summary>
        public Builder Append(MappedText other, int start, int length)
        {
            var shift = text.Length - start;
            foreach (var list in other.lists)
            {
                if (list.Start < start + length && list.End > start)
                {
                    lists.Add(new(Math.Max(list.Start, start) + shift, Math.Min(list.End, start + length) + shift, list.Name));
                }
            }

            for (var i = start; i < start + length; i++)
            {
                Append(other.Text[i], other.sources[i], other.indexes[i]);
            }

            return this;
        }

        public Builder Append(MappedText other) => Append(other, 0, other.Text.Length);

        /// <summary>Appends what no file holds; its place is that of a character of another text.</summary>
        public Builder Append(string added, MappedText near, int index)
        {
            index = Math.Clamp(index, 0, near.Text.Length - 1);
            foreach (var c in added)
            {
                Append(c, near.sources[index], near.indexes[index]);
            }

            return this;
        }

        /// <summary>Appends what no file holds; its place is the start of a value.</summary>
        public Builder Append(string added, YamlScalar near)
        {
            foreach (var c in added)
            {
                Append(c, near, 0);
            }

            return this;
        }

        /// <summary>Appends the items of a list; their place is that of the list's name.</summary>
        public Builder AppendList(string name, string items, MappedText near, int index)
        {
            lists.Add(new(text.Length, text.Length + items.Length, name));
            return Append(items, near, index);
        }

        public MappedText Build() => new(text.ToString(), [.. sources], [.. indexes], [.. lists]);

        private void Append(char c, YamlScalar source, int index)
        {
            text.Append(c);
            sources.Add(source);
            indexes.Add(index);
        }
    }
}
