using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Rules;

namespace Saker.Detector.RuleTools.Noise;

/// <summary>Which fields tell alerts of one rule apart, and which of them an exception can be made of.</summary>
internal static class NarrowingFields
{
    private const int MaxFields = 24;

    // By these a person would say what an exception is about; the first say it best. A user or a namespace alone would silence too much.
    private static readonly string[] anchors =
    [
        "proc.name", "proc.exepath", "proc.cmdline", "fd.name", "fs.path.name", "fd.directory", "fd.filename", "fs.path.target", "fs.path.source",
        "fd.sip", "fd.rip", "fd.sport", "fd.rport", "container.image.repository", "proc.exe", "proc.pname", "proc.pexepath", "proc.pcmdline", "container.name",
    ];

    private static readonly string[] companions =
        ["proc.pname", "fd.name", "fs.path.name", "proc.name", "proc.exepath", "container.image.repository", "fd.sip", "fd.rip", "fd.sport", "fd.rport", "k8s.ns.name", "user.name"];

    // Another at every start, or the same in all alerts of a rule.
    private static readonly string[] passing = ["container.id", "container.full_id", "k8s.pod.name", "k8s.pod.uid", "fd.num", "fd.type", "fd.typechar", "fd.cport", "fd.lport"];

    /// <summary>The fields of a rule's condition, exceptions and output that tell its alerts apart, and the program's and its parent's name.</summary>
    public static IReadOnlyList<FieldReference> Of(Rule rule, IFieldCatalogue catalogue)
    {
        var resolver = new FieldResolver(catalogue);
        return
        [
            .. rule.Condition.Fields.Concat(rule.Output.Fields.Select(static field => field.Reference))
                .Concat(((string[])["proc.name", "proc.pname"]).Select(name => resolver.Resolve(name, null, out _, out _)).OfType<FieldReference>())
                .DistinctBy(static field => field.Slot)
                .Where(IsTelling)
                .Take(MaxFields),
        ];
    }

    /// <summary>The rank of a field that an exception can be about; null for others.</summary>
    public static int? RankOfAnchor(string field) => Array.IndexOf(anchors, field) is >= 0 and var rank ? rank : null;

    /// <summary>The rank of a field that makes an exception narrower; null for others.</summary>
    public static int? RankOfCompanion(string field) => Array.IndexOf(companions, field) is >= 0 and var rank ? rank : null;

    private static bool IsTelling(FieldReference field)
    {
        var definition = field.Definition;
        return definition.Unavailable is null
            && !definition.Traits.HasFlag(FieldTraits.NoOutput)
            && !passing.Contains(definition.Name)
            && !definition.Name.StartsWith("thread.", StringComparison.Ordinal)
            && (!definition.Name.StartsWith("evt.", StringComparison.Ordinal) || definition.Name == "evt.arg")
            && (definition.Kind is ValueKind.Bytes or ValueKind.Address || definition.IsPort || definition.Name is "user.uid" or "user.loginuid");
    }
}
