namespace Saker.Mutants;

/// <summary>
/// Changes that nobody can notice, each with its reason: what is only quicker or smaller, what another line makes sure of as well.
/// They stand in a table and are not tried. A row that fits no mutant any more is an error, so that the table cannot grow old.
/// </summary>
internal sealed class Equivalents
{
    private readonly string file;
    private readonly HashSet<string> rows;
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    private Equivalents(string file, HashSet<string> rows)
    {
        this.file = file;
        this.rows = rows;
    }

    /// <summary>Reads <c>tools/Mutants/equivalents.tsv</c>: path, line of code, change, reason.</summary>
    /// <exception cref="InvalidOperationException">A row has no reason.</exception>
    public static Equivalents Read(string root)
    {
        var file = Path.Combine(root, "tools", "Mutants", "equivalents.tsv");
        var rows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, line) in File.ReadLines(file).Index().Skip(1))
        {
            var parts = line.Split('\t');
            if (parts.Length != 4 || parts[3].Length == 0)
            {
                throw new InvalidOperationException($"{file}:{index + 1} has not path, line, change and reason between tabs.");
            }

            rows.Add(string.Join('\t', parts[..3]));
        }

        return new Equivalents(file, rows);
    }

    /// <summary>Whether nobody can notice a mutant.</summary>
    public bool Have(Mutant mutant, string root)
    {
        var key = mutant.Key(root);
        if (!rows.Contains(key))
        {
            return false;
        }

        used.Add(key);
        return true;
    }

    /// <summary>Rows of a folder that fit no mutant.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public void CheckUsed(string folder)
    {
        var stale = rows.Where(row => row.StartsWith(folder + "/", StringComparison.Ordinal) && !used.Contains(row)).ToList();
        if (stale.Count > 0)
        {
            throw new InvalidOperationException($"{file} has rows that fit no mutant any more: {string.Join("; ", stale)}");
        }
    }
}
