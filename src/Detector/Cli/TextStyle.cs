namespace Saker.Detector.Cli;

/// <summary>Colours for people at a terminal; nothing for files and pipes.</summary>
/// <param name="Coloured">Whether escape sequences are written.</param>
internal readonly record struct TextStyle(bool Coloured)
{
    /// <summary>Colours for a writer that is the terminal's, unless the environment wants none (<c>NO_COLOR</c>, <c>TERM=dumb</c>).</summary>
    public static TextStyle For(TextWriter output) => new(
        ReferenceEquals(output, Console.Out)
        && !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb");

    public string Red(string text) => Wrap(text, "31;1");

    public string Yellow(string text) => Wrap(text, "33;1");

    public string Green(string text) => Wrap(text, "32");

    public string Bold(string text) => Wrap(text, "1");

    public string Faint(string text) => Wrap(text, "2");

    private string Wrap(string text, string code) => Coloured ? $"\e[{code}m{text}\e[0m" : text;
}
