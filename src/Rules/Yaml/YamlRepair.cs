using System.Text;

namespace Saker.Rules.Yaml;

/// <summary>
/// Writes YAML that the library refuses as YAML that it takes, with the place of each character: a text in double quotes
/// whose further lines are not indented, brackets over lines that are not, a comment right behind a bracket or a quote.
/// On the way it finds brackets and quotes that are never closed.
/// </summary>
internal sealed class YamlRepair
{
    private readonly string content;
    private readonly StringBuilder text = new();
    private readonly List<(int At, int Offset)> shifts = [(0, 0)];
    private int position;

    private YamlRepair(string content) => this.content = content;

    /// <summary>The text as the library takes it.</summary>
    public string Text => text.ToString();

    /// <summary>A bracket or a quote that is never closed; null when there is none.</summary>
    public YamlFault? Fault { get; private set; }

    private char Current => position < content.Length ? content[position] : '\0';

    /// <summary>Rewrites a file.</summary>
    public static YamlRepair Of(string content)
    {
        var repair = new YamlRepair(content);
        var plainIndent = -1;
        while (repair.position < content.Length && repair.Fault is null)
        {
            repair.CopyLine(ref plainIndent);
        }

        return repair;
    }

    /// <summary>Where a character of the text stands in the file.</summary>
    public int Locate(int index)
    {
        var low = 0;
        var high = shifts.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (shifts[middle].At <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return Math.Min(shifts[low].Offset + index - shifts[low].At, content.Length);
    }

    // One line outside brackets, and what starts in it. The indent is that of a plain text which may go on in further lines.
    private void CopyLine(ref int plainIndent)
    {
        var start = position;
        CopyWhile(static c => c is ' ' or '\t');
        var column = position - start;
        var goesOn = plainIndent >= 0 && column > plainIndent;
        if (Current is '\r' or '\n' or '\0' or '#' || goesOn || (column == 0 && IsMarker()))
        {
            CopyRest();
            return;
        }

        plainIndent = -1;
        var indent = column - 1;
        while (Fault is null && Current is not ('\r' or '\n' or '\0'))
        {
            switch (Current)
            {
                case '-' or '?' when position + 1 >= content.Length || content[position + 1] is ' ' or '\t' or '\r' or '\n':
                    indent = position - start;
                    Copy();
                    break;
                case '"' or '\'':
                    var quote = position;
                    CopyQuoted();
                    CopyBehind(ref indent, quote - start);
                    break;
                case '[' or '{':
                    CopyBrackets();
                    CopyBehind(ref indent, indent);
                    break;
                case '&' or '*' or '!':
                    CopyWhile(static c => c is not (' ' or '\t' or '\r' or '\n'));
                    break;
                case '|' or '>':
                    CopyRest();
                    CopyBlock(indent);
                    return;
                case '#':
                    CopyRest();
                    return;
                default:
                    var key = position;
                    if (CopyPlain())
                    {
                        indent = key - start;
                        break;
                    }

                    plainIndent = Current == '#' ? -1 : indent;
                    CopyRest();
                    return;
            }

            CopyWhile(static c => c is ' ' or '\t');
        }

        CopyRest();
    }

    private bool IsMarker() => Current == '%' || string.CompareOrdinal(content, position, "---", 0, 3) == 0;

    // A plain text up to its end in this line; true when it was a key, whose colon is copied too.
    private bool CopyPlain()
    {
        while (Current is not ('\r' or '\n' or '\0'))
        {
            if (Current == ':' && (position + 1 >= content.Length || content[position + 1] is ' ' or '\t' or '\r' or '\n'))
            {
                Copy();
                return true;
            }

            if (Current == '#' && content[position - 1] is ' ' or '\t')
            {
                return false;
            }

            Copy();
        }

        return false;
    }

    // Behind a quote or a bracket: a colon makes it a key; a comment needs no blank before it.
    private void CopyBehind(ref int indent, int keyColumn)
    {
        CopyWhile(static c => c is ' ' or '\t');
        if (Current == ':')
        {
            Copy();
            indent = keyColumn;
        }
        else if (Current == '#')
        {
            BlankRest();
        }
    }

    // The lines of a block text: those that are indented as its first one, or blank.
    private void CopyBlock(int indent)
    {
        var own = -1;
        while (position < content.Length)
        {
            var width = 0;
            while (position + width < content.Length && content[position + width] == ' ')
            {
                width++;
            }

            var isBlank = position + width >= content.Length || content[position + width] is '\r' or '\n';
            if (!isBlank && own < 0)
            {
                own = Math.Max(width, indent + 1);
            }

            if (!isBlank && width < own)
            {
                return;
            }

            CopyRest();
        }
    }

    private void CopyBrackets()
    {
        var open = new Stack<int>();
        var first = position;
        var tokenEnded = false;
        do
        {
            var c = Current;
            var closesOrEnds = tokenEnded;
            tokenEnded = false;
            switch (c)
            {
                case '\0':
                    Fault = new YamlFault($"The '{content[first]}' is never closed.", first);
                    return;
                case '[' or '{':
                    open.Push(position);
                    Copy();
                    break;
                case ']' or '}' when content[open.Peek()] != (c == ']' ? '[' : '{'):
                    Fault = new YamlFault($"The '{content[open.Peek()]}' is closed by '{c}'.", open.Peek());
                    return;
                case ']' or '}':
                    open.Pop();
                    Copy();
                    tokenEnded = true;
                    break;
                case '"' or '\'' when StartsToken():
                    var quote = position;
                    CopyQuoted();
                    if (Fault is not null && content.AsSpan(first, quote - first).Contains('\n'))
                    {
                        Fault = new YamlFault($"The '{content[first]}' is never closed.", first);
                    }

                    tokenEnded = true;
                    break;
                case '#' when closesOrEnds || content[position - 1] is ' ' or '\t' or '\r' or '\n':
                    BlankRest();
                    break;
                case '\r' or '\n':
                    text.Append(' ');
                    position++;
                    break;
                default:
                    Copy();
                    break;
            }
        }
        while (open.Count > 0 && Fault is null);
    }

    private bool StartsToken()
    {
        for (var i = position - 1; i >= 0; i--)
        {
            if (content[i] is not (' ' or '\t' or '\r' or '\n'))
            {
                return content[i] is '[' or '{' or ',' or ':';
            }
        }

        return true;
    }

    private void CopyQuoted()
    {
        var start = position;
        var quote = Current;
        Copy();
        while (position < content.Length)
        {
            var c = Current;
            if (c == quote)
            {
                Copy();
                if (quote == '"' || Current != '\'')
                {
                    return;
                }

                Copy();
            }
            else if (c == '\\' && quote == '"' && position + 1 < content.Length)
            {
                CopyEscape();
            }
            else if (c is '\r' or '\n')
            {
                Fold(start, escape: quote == '"');
            }
            else
            {
                Copy();
            }
        }

        Fault = new YamlFault($"The quote {quote} is never closed.", start);
    }

    private void CopyEscape()
    {
        if (content[position + 1] is not ('\r' or '\n'))
        {
            Copy();
            Copy();
            return;
        }

        // A line that ends in a backslash goes on without a blank; each blank line behind it is a line end of the text.
        position += content[position + 1] == '\r' && position + 2 < content.Length && content[position + 2] == '\n' ? 3 : 2;
        text.Insert(text.Length, "\\n", SkipBlanks());
        shifts.Add((text.Length, position));
    }

    // A line end is a blank; each further one is a line end of the text.
    private void Fold(int start, bool escape)
    {
        var from = Locate(text.Length - 1);
        while (from > start && content[from] is ' ' or '\t' && content[from - 1] != '\\')
        {
            text.Length--;
            from--;
        }

        var lines = SkipBlanks();
        shifts.RemoveAll(shift => shift.At > text.Length);
        if (lines <= 1 || !escape)
        {
            text.Append(' ');
        }
        else
        {
            text.Insert(text.Length, "\\n", lines - 1);
        }

        shifts.Add((text.Length, position));
    }

    // How many line ends were skipped.
    private int SkipBlanks()
    {
        var lines = 0;
        while (Current is ' ' or '\t' or '\r' or '\n')
        {
            lines += Current == '\n' ? 1 : 0;
            position++;
        }

        return lines;
    }

    private void Copy()
    {
        if (position < content.Length)
        {
            text.Append(content[position++]);
        }
    }

    private void CopyWhile(Func<char, bool> belongs)
    {
        while (position < content.Length && belongs(content[position]))
        {
            Copy();
        }
    }

    private void CopyRest()
    {
        CopyWhile(static c => c != '\n');
        Copy();
    }

    private void BlankRest()
    {
        while (Current is not ('\r' or '\n' or '\0'))
        {
            text.Append(' ');
            position++;
        }
    }
}
