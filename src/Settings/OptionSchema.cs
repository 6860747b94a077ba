using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Saker.Text;

namespace Saker.Settings;

/// <summary>
/// What an option record says about itself: its keys are its properties in lower case, the initialisers are the defaults,
/// the attributes are the checks. The binder, the environment table, the printed configuration and the reference pages all read this.
/// </summary>
internal sealed class OptionSchema
{
    private static readonly ConcurrentDictionary<Type, OptionSchema> Cache = new();

    private readonly Dictionary<string, OptionKey> byName;

    private OptionSchema(Type type)
    {
        Type = type;
        var defaults = CreateInstance();
        Keys = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(property => new OptionKey(property, property.GetValue(defaults)))
            .OrderBy(static key => key.Name, StringComparer.Ordinal)];
        byName = Keys.ToDictionary(static key => key.Name, StringComparer.OrdinalIgnoreCase);
    }

    public Type Type { get; }

    /// <summary>All keys in alphabetic order.</summary>
    public IReadOnlyList<OptionKey> Keys { get; }

    public static OptionSchema For(Type type) => Cache.GetOrAdd(type, static type => new OptionSchema(type));

    public OptionKey? Find(string name) => byName.GetValueOrDefault(name);

    public object CreateInstance() => Activator.CreateInstance(Type)!;
}

internal enum OptionKind
{
    /// <summary>One value, from one text.</summary>
    Scalar,

    /// <summary>A list of values; in one text, between commas.</summary>
    List,

    /// <summary>A map whose keys are the user's; in one text, <c>a:b,c:d</c>.</summary>
    Map,

    /// <summary>An option record of its own.</summary>
    Section,

    /// <summary>A list of option records.</summary>
    Sections,

    /// <summary>Option records under names that are the user's.</summary>
    NamedSections,
}

/// <summary>One key of an option record.</summary>
internal sealed class OptionKey
{
    public OptionKey(PropertyInfo property, object? defaultValue)
    {
        Property = property;
        Default = defaultValue;
        Name = KeyNames.Of(property);
        Checks = [.. property.GetCustomAttributes<ValidationAttribute>()];
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        (Kind, ValueType) = Classify(type);
        IsSecret = ScalarConverter.IsSecret(ValueType);
        IsRequired = Checks.Any(static check => check is RequiredAttribute);
        Words = property.GetCustomAttribute<WordsAttribute>()?.Words ?? (ValueType.IsEnum ? [.. ScalarConverter.Words(ValueType)] : []);
        AllowsBareKeys = property.IsDefined(typeof(BareKeysAttribute));
        IsRequestHead = property.IsDefined(typeof(RequestHeadAttribute));
    }

    public PropertyInfo Property { get; }

    /// <summary>The key as it is written: the property's name in lower case.</summary>
    public string Name { get; }

    public OptionKind Kind { get; }

    /// <summary>The type of the value, of a list's items, or of a map's values; never a <see cref="Nullable{T}"/>.</summary>
    public Type ValueType { get; }

    public object? Default { get; }

    public IReadOnlyList<ValidationAttribute> Checks { get; }

    /// <summary>Its value is never printed.</summary>
    public bool IsSecret { get; }

    /// <summary>The words that may stand here, in lower case; empty when it is no matter of words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Must be set.</summary>
    public bool IsRequired { get; }

    /// <summary>Entries of the map may be a key alone.</summary>
    public bool AllowsBareKeys { get; }

    /// <summary>Its texts become part of a request's head.</summary>
    public bool IsRequestHead { get; }

    public OptionSchema Section => OptionSchema.For(ValueType);

    /// <summary>Null when <paramref name="value"/> is one of the words, which is then in lower case; else what would be right.</summary>
    public string? NotOneOfTheWords(ref object? value)
    {
        if (value is not string text || Words.Count == 0)
        {
            return null;
        }

        var word = text.Trim().ToLowerInvariant();
        if (Words.Contains(word))
        {
            value = word;
            return null;
        }

        return $"is not one of {string.Join(", ", Words)}{NearestWord.Hint(word, Words)}";
    }

    private static (OptionKind Kind, Type ValueType) Classify(Type type)
    {
        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            if (definition == typeof(IReadOnlyDictionary<,>))
            {
                var value = type.GenericTypeArguments[1];
                return (ScalarConverter.Supports(value) ? OptionKind.Map : OptionKind.NamedSections, value);
            }

            if (definition == typeof(IReadOnlyList<>))
            {
                var item = type.GenericTypeArguments[0];
                return (ScalarConverter.Supports(item) ? OptionKind.List : OptionKind.Sections, item);
            }
        }

        return ScalarConverter.Supports(type) ? (OptionKind.Scalar, type) : (OptionKind.Section, type);
    }
}
