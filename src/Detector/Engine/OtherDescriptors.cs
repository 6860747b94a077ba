using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// For which types of events rules or their alerts read descriptors beside the one that the event is about: arguments that are
/// descriptors, paths from a directory's descriptor, lists of descriptors. Such events cannot be looked at after later ones. Names of
/// addresses count among them.
/// </summary>
internal sealed class OtherDescriptors
{
    // Paths may begin at a directory's descriptor.
    private static readonly ParameterType[] references =
        [ParameterType.Fd, ParameterType.Fd32, ParameterType.FdList, ParameterType.FsPath, ParameterType.FsRelPath];

    private static readonly HashSet<string> named = EventTable.All.SelectMany(static definition => definition.Parameters.ToArray())
        .Where(static parameter => references.Contains(parameter.Type)).Select(static parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);

    private readonly bool[] byType;

    /// <param name="matcher">The rules.</param>
    /// <param name="types">The types of events.</param>
    public OtherDescriptors(RuleMatcher matcher, EventTypeIndex types)
    {
        byType = new bool[types.Names.Count];
        foreach (var rule in matcher.Rules.Where(static rule => rule.Condition.Fields.Concat(rule.AlertFields).Any(static field => IsOther((DetectorField)field))))
        {
            foreach (var type in rule.EventTypes ?? Enumerable.Range(0, byType.Length))
            {
                byType[type] = true;
            }
        }
    }

    /// <summary>Whether they are read for events of a type.</summary>
    public bool AreRead(int type) => (uint)type >= (uint)byType.Length || byType[type];

    private static bool IsOther(DetectorField field) => field.Definition.Name switch
    {
        "evt.arg" or "evt.rawarg" => field.Index >= 0 || field.Argument is not { } name || named.Contains(name),
        "evt.args" or "evt.info" or "fd.types" or "proc.fdopencount" or "proc.fdusage" => true,
        var name when FieldCatalogue.AddressNames.Contains(name) => true, // the event thread alone asks for them
        var name => name.StartsWith("fs.path.", StringComparison.Ordinal) || name.StartsWith("fdlist.", StringComparison.Ordinal) || name.StartsWith("proc.std", StringComparison.Ordinal),
    };
}
