using System.Collections;
using Saker.Alerts;

namespace Saker.Settings;

/// <summary>Finds the secrets of an option record, so that they can be masked wherever text from outside is shown.</summary>
internal static class OptionSecrets
{
    /// <summary>Every secret that is set, in nested sections, lists and maps too.</summary>
    public static IEnumerable<Secret> Of(object options)
    {
        foreach (var key in OptionSchema.For(options.GetType()).Keys)
        {
            var value = key.Property.GetValue(options);
            var found = value switch
            {
                Secret secret => [secret],
                IDictionary named when key.Kind == OptionKind.NamedSections => named.Values.Cast<object>().SelectMany(Of),
                IDictionary map => map.Values.OfType<Secret>(),
                IEnumerable sections when key.Kind == OptionKind.Sections => sections.Cast<object>().SelectMany(Of),
                IEnumerable list when key.IsSecret => list.OfType<Secret>(),
                not null when key.Kind == OptionKind.Section => Of(value),
                _ => [],
            };
            foreach (var secret in found.Where(static secret => !secret.IsEmpty))
            {
                yield return secret;
            }
        }
    }
}
