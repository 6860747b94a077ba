namespace Saker.Rules.Yaml;

/// <summary>A rule file's text, and where its lines start.</summary>
public sealed class RuleFile
{
    private readonly List<int> lineStarts = [0];

    private RuleFile(string name, string content, string? fault)
        : this(name, content) => Fault = fault;

    /// <summary>Makes a file of its content.</summary>
    /// <param name="name">The name that messages give.</param>
    /// <param name="content">The text.</param>
    public RuleFile(string name, string content)
    {
        Name = name;
        Content = content;
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == '\n')
            {
                lineStarts.Add(i + 1);
            }
        }
    }

    /// <summary>The name that messages give.</summary>
    public string Name { get; }

    /// <summary>The text.</summary>
    public string Content { get; }

    /// <summary>Why it could not be read; null when it was.</summary>
    public string? Fault { get; }

    /// <summary>A file that could not be read: loading it gives <c>LOAD_ERR_FILE_READ</c>.</summary>
    /// <param name="name">The name that messages give.</param>
    /// <param name="fault">Why, in a sentence.</param>
    public static RuleFile Unreadable(string name, string fault) => new(name, "", fault);

    /// <summary>Line and column of an offset, both from 0.</summary>
    internal (int Line, int Column) Locate(int offset)
    {
        var line = lineStarts.BinarySearch(offset);
        if (line < 0)
        {
            line = ~line - 1;
        }

        return (line, offset - lineStarts[line]);
    }
}
