using Saker.Settings;

namespace Saker.Outputs.Local.Stdout;

/// <summary>Options of the stdout output.</summary>
internal sealed record StdoutOptions : OutputOptions
{
    /// <summary>Switches the output on.</summary>
    public bool Enabled { get; init; }

    /// <summary>The form: text (time, priority, rule and message) or json.</summary>
    [Words("text", "json")]
    public string Format { get; init; } = "text";
}
