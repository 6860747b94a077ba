using System.Reflection;
using System.Text.Json;

namespace Saker.Settings;

/// <summary>How properties and words of option records are written in configuration.</summary>
internal static class KeyNames
{
    /// <summary>The key of a property: in lower case, or in snake case where its record says so.</summary>
    public static string Of(PropertyInfo property) =>
        property.GetCustomAttribute<KeyNameAttribute>()?.Name
        ?? (property.DeclaringType!.IsDefined(typeof(SnakeCaseKeysAttribute))
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)
            : property.Name.ToLowerInvariant());

    /// <summary>The word of an enumeration's member.</summary>
    public static string OfWord(Type type, string member) =>
        type.GetField(member)?.GetCustomAttribute<KeyNameAttribute>()?.Name ?? member.ToLowerInvariant();
}
