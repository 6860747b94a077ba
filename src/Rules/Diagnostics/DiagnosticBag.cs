using Saker.Rules.Yaml;

namespace Saker.Rules.Diagnostics;

/// <summary>Collects what is found while rules are loaded.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> all = [];

    public IReadOnlyList<Diagnostic> All => all;

    public bool HasErrors { get; private set; }

    public void Add(Diagnostic diagnostic)
    {
        all.Add(diagnostic);
        HasErrors |= diagnostic.Severity == DiagnosticSeverity.Error;
    }

    /// <summary>A finding at the place of a context.</summary>
    public void Add(DiagnosticCode code, string message, ItemContext context, string? deprecatedField = null) => Add(new Diagnostic
    {
        Code = code,
        Message = message,
        File = context.File,
        Start = context.Location.Offset,
        Locations = context.Path,
        DeprecatedField = deprecatedField,
    });

    /// <summary>A finding at a node that tools see as being at a context.</summary>
    public void Add(DiagnosticCode code, string message, ItemContext context, YamlNode node, int length) => Add(new Diagnostic
    {
        Code = code,
        Message = message,
        File = node.File,
        Start = node.Start,
        Length = length,
        Locations = context.Path,
    });
}
