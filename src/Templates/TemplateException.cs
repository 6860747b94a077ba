namespace Saker.Templates;

/// <summary>Where a template failed.</summary>
public enum TemplateStage
{
    /// <summary>The text is no template. It fails for every alert: a configuration error.</summary>
    Parse,

    /// <summary>The template does not fit the data at hand, or went over a limit.</summary>
    Execute,
}

/// <summary>A template that cannot be parsed, or that fails on the data it was given.</summary>
public sealed class TemplateException : Exception
{
    internal TemplateException(TemplateStage stage, string name, int line, int column, string reason, string partialOutput = "")
        : base($"template {(name.Length == 0 ? "" : name + ", ")}line {line}, column {column}: {reason}")
    {
        Stage = stage;
        Line = line;
        Column = column;
        Reason = reason;
        PartialOutput = partialOutput;
    }

    /// <summary>Whether the text or its execution failed.</summary>
    public TemplateStage Stage { get; }

    /// <summary>Line of the failure, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of the failure in UTF-16 units, from 1.</summary>
    public int Column { get; }

    /// <summary>What is wrong, without the position.</summary>
    public string Reason { get; }

    /// <summary>What had been written before the failure. Empty for a text that does not parse.</summary>
    public string PartialOutput { get; }
}

/// <summary>A failure whose position the evaluator knows and the thrower does not.</summary>
internal sealed class TemplateFault(string reason) : Exception(reason);
