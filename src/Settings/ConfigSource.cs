namespace Saker.Settings;

/// <summary>Where a configured value was written: a place in a file, or an environment variable.</summary>
internal readonly record struct ConfigSource
{
    private ConfigSource(string name, int line, int column)
    {
        Name = name;
        Line = line;
        Column = column;
    }

    /// <summary>The file's path as the user gave it, or the variable's name.</summary>
    public string Name { get; }

    /// <summary>Line from 1; 0 for a variable or for a file as a whole.</summary>
    public int Line { get; }

    /// <summary>Column from 1; 0 for a variable or for a file as a whole.</summary>
    public int Column { get; }

    /// <summary>True when the value came from the environment.</summary>
    public bool IsVariable { get; private init; }

    public static ConfigSource InFile(string file, long line, long column) => new(file, (int)line, (int)column);

    public static ConfigSource WholeFile(string file) => new(file, 0, 0);

    public static ConfigSource InVariable(string name) => new(name, 0, 0) { IsVariable = true };

    public override string ToString() => Line > 0 ? $"{Name}:{Line}:{Column}" : Name;
}
