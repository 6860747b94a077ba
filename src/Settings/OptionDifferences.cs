using System.Collections;

namespace Saker.Settings;

/// <summary>
/// Compares two option records by what was configured. The records' own equality compares lists and maps by reference, so that two readings
/// of one file would never be equal.
/// </summary>
internal static class OptionDifferences
{
    /// <summary>The paths of the keys that have different values, in alphabetic order of each section's keys.</summary>
    /// <param name="schema">The schema of both records.</param>
    /// <param name="before">One record.</param>
    /// <param name="after">The other.</param>
    /// <param name="path">What stands before the keys; empty at the top.</param>
    public static IEnumerable<string> Between(OptionSchema schema, object before, object after, string path = "")
    {
        foreach (var key in schema.Keys)
        {
            var keyPath = OptionsBinder.Join(path, key.Name);
            var (old, now) = (key.Property.GetValue(before), key.Property.GetValue(after));
            if (key.Kind == OptionKind.Section && old is not null && now is not null)
            {
                foreach (var difference in Between(key.Section, old, now, keyPath))
                {
                    yield return difference;
                }
            }
            else if (!(key.Kind == OptionKind.NamedSections ? AreEqual(key.Section, (IDictionary)old!, (IDictionary)now!) : AreEqual(old, now)))
            {
                yield return keyPath;
            }
        }
    }

    private static bool AreEqual(OptionSchema schema, IDictionary old, IDictionary now) =>
        AreEqual((IEnumerable)old.Keys, now.Keys) && old.Keys.Cast<string>().All(name => !Between(schema, old[name]!, now[name]!).Any());

    // The order of a map counts: templated fields see the ones before them.
    private static bool AreEqual(object? old, object? now) => (old, now) switch
    {
        (string, _) => Equals(old, now),
        (IDictionary a, IDictionary b) => AreEqual((IEnumerable)a.Keys, b.Keys) && AreEqual((IEnumerable)a.Values, b.Values),
        (IEnumerable a, IEnumerable b) => a.Cast<object?>().SequenceEqual(b.Cast<object?>()),
        _ => Equals(old, now),
    };
}
