namespace Saker.Conditions.Ast;

/// <summary>How two sides are compared.</summary>
public enum ComparisonOperator
{
    /// <summary><c>=</c> and <c>==</c>.</summary>
    Equal,

    /// <summary><c>!=</c>.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>.</summary>
    Less,

    /// <summary><c>&lt;=</c>.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>.</summary>
    Greater,

    /// <summary><c>&gt;=</c>.</summary>
    GreaterOrEqual,

    /// <summary>The value has the text in it.</summary>
    Contains,

    /// <summary>The same without regard to the case of ASCII letters.</summary>
    IContains,

    /// <summary>The value has the bytes, given in hexadecimal, in it.</summary>
    BContains,

    /// <summary>The value starts with the text.</summary>
    StartsWith,

    /// <summary>The value starts with the bytes, given in hexadecimal.</summary>
    BStartsWith,

    /// <summary>The value ends with the text.</summary>
    EndsWith,

    /// <summary>The whole value matches a pattern with <c>*</c>, <c>?</c> and <c>[…]</c>.</summary>
    Glob,

    /// <summary>The same without regard to the case of ASCII letters.</summary>
    IGlob,

    /// <summary>The whole value matches a regular expression (POSIX, as RE2 reads it).</summary>
    Regex,

    /// <summary>The value (every member of a list) is one of these.</summary>
    In,

    /// <summary>A path is one of these or lies below one.</summary>
    PMatch,

    /// <summary>The value (some member of a list) is one of these.</summary>
    Intersects,
}

/// <summary>How many of several values a text operator must match.</summary>
public enum ValueModifier
{
    /// <summary>There is one value.</summary>
    None,

    /// <summary><c>oneof</c>, <c>anyof</c>: one of them is enough.</summary>
    OneOf,

    /// <summary><c>allof</c>: each of them.</summary>
    AllOf,
}

/// <summary>A function over a field's value.</summary>
public enum Transformer
{
    /// <summary>The value itself; on the right side of a comparison only.</summary>
    Val,

    /// <summary>ASCII letters in lower case.</summary>
    ToLower,

    /// <summary>ASCII letters in upper case.</summary>
    ToUpper,

    /// <summary>Decodes base64.</summary>
    Base64,

    /// <summary>The part after the last slash.</summary>
    Basename,

    /// <summary>The length in bytes, or the number of members.</summary>
    Len,

    /// <summary>Members, or several fields, put together with a separator.</summary>
    Join,

    /// <summary>Fields and texts put together.</summary>
    Concat,

    /// <summary>The options among command-line arguments.</summary>
    GetOpt,
}

/// <summary>How operators, modifiers and transformers are written.</summary>
public static class Vocabulary
{
    /// <summary>All operators with their spellings; longer spellings stand before their prefixes.</summary>
    public static IReadOnlyList<(string Text, ComparisonOperator Operator)> Operators { get; } =
    [
        ("<=", ComparisonOperator.LessOrEqual),
        ("<", ComparisonOperator.Less),
        (">=", ComparisonOperator.GreaterOrEqual),
        (">", ComparisonOperator.Greater),
        ("==", ComparisonOperator.Equal),
        ("=", ComparisonOperator.Equal),
        ("!=", ComparisonOperator.NotEqual),
        ("glob", ComparisonOperator.Glob),
        ("iglob", ComparisonOperator.IGlob),
        ("contains", ComparisonOperator.Contains),
        ("icontains", ComparisonOperator.IContains),
        ("bcontains", ComparisonOperator.BContains),
        ("startswith", ComparisonOperator.StartsWith),
        ("bstartswith", ComparisonOperator.BStartsWith),
        ("endswith", ComparisonOperator.EndsWith),
        ("regex", ComparisonOperator.Regex),
        ("intersects", ComparisonOperator.Intersects),
        ("in", ComparisonOperator.In),
        ("pmatch", ComparisonOperator.PMatch),
    ];

    /// <summary>All modifiers with their spellings.</summary>
    public static IReadOnlyList<(string Text, ValueModifier Modifier)> Modifiers { get; } =
    [
        ("oneof", ValueModifier.OneOf),
        ("anyof", ValueModifier.OneOf),
        ("allof", ValueModifier.AllOf),
    ];

    /// <summary>All transformers with their spellings.</summary>
    public static IReadOnlyList<(string Text, Transformer Transformer)> Transformers { get; } =
    [
        ("val", Transformer.Val),
        ("tolower", Transformer.ToLower),
        ("toupper", Transformer.ToUpper),
        ("b64", Transformer.Base64),
        ("basename", Transformer.Basename),
        ("len", Transformer.Len),
        ("join", Transformer.Join),
        ("concat", Transformer.Concat),
        ("getopt", Transformer.GetOpt),
    ];

    /// <summary>True for operators that want a list on the right.</summary>
    public static bool TakesList(this ComparisonOperator operation) =>
        operation is ComparisonOperator.In or ComparisonOperator.PMatch or ComparisonOperator.Intersects;

    /// <summary>True for less and greater.</summary>
    public static bool IsOrdering(this ComparisonOperator operation) =>
        operation is ComparisonOperator.Less or ComparisonOperator.LessOrEqual or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;

    /// <summary>How an operator is written.</summary>
    public static string Spell(this ComparisonOperator operation) =>
        operation == ComparisonOperator.Equal ? "=" : Operators.First(entry => entry.Operator == operation).Text;

    /// <summary>How a modifier is written.</summary>
    public static string Spell(this ValueModifier modifier) => Modifiers.First(entry => entry.Modifier == modifier).Text;

    /// <summary>How a transformer is written.</summary>
    public static string Spell(this Transformer transformer) => Transformers.First(entry => entry.Transformer == transformer).Text;
}
