namespace Saker.Settings;

/// <summary>Names a key, or a word of an enumeration, that is not its C# name in lower case.</summary>
/// <param name="name">As it stands in the file.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class KeyNameAttribute(string name) : Attribute
{
    /// <summary>As it stands in the file.</summary>
    public string Name { get; } = name;
}

/// <summary>The keys of this record are its property names in snake case: <c>JsonOutput</c> is <c>json_output</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SnakeCaseKeysAttribute : Attribute;

/// <summary>Marks a text option that takes one of a few words, in any case.</summary>
/// <param name="words">The words, in lower case.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute(params string[] words) : Attribute
{
    /// <summary>The words, in lower case.</summary>
    public IReadOnlyList<string> Words { get; } = words;
}

/// <summary>Entries of this map may be a key without a value; the value is then empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BareKeysAttribute : Attribute;

/// <summary>
/// Marks a text that becomes part of a request's head: a header's value, a user agent, a method, an address. Blanks and line breaks around
/// it are taken off, control characters within it are refused. The keys of a map are names of headers.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequestHeadAttribute : Attribute;

/// <summary>Options with checks that concern several keys.</summary>
public interface ICheckedOptions
{
    /// <summary>The faults, after each key was checked by its attributes: the key in lower case, and what is wrong and how to cure it.</summary>
    IEnumerable<OptionFault> Validate();
}

/// <summary>A fault in an option.</summary>
/// <param name="Key">The key, below the section.</param>
/// <param name="Message">What is wrong and how to cure it, without secrets.</param>
public readonly record struct OptionFault(string Key, string Message);
