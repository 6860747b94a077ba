namespace Saker.Rules.Diagnostics;

/// <summary>How bad a finding is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The rules are loaded all the same.</summary>
    Warning,

    /// <summary>The rules cannot be used.</summary>
    Error,
}

/// <summary>What was found, by the names that Falco gives and tools look for.</summary>
public enum DiagnosticCode
{
    /// <summary>A file cannot be read.</summary>
    FileRead,

    /// <summary>A file is no YAML.</summary>
    YamlParse,

    /// <summary>A file is YAML, but an item has not the form of a list, macro or rule.</summary>
    YamlValidate,

    /// <summary>A condition has a mistake.</summary>
    CompileCondition,

    /// <summary>An output has a mistake.</summary>
    CompileOutput,

    /// <summary>An item has the right form, and still cannot be: it names what is not there.</summary>
    Validate,

    /// <summary>The rule is about a source of events that is not there.</summary>
    UnknownSource,

    /// <summary>The rule is about (nearly) all types of events.</summary>
    NoEventType,

    /// <summary>The rule names an unknown field or event, and wants to be left out then.</summary>
    UnknownFilter,

    /// <summary>No condition uses the macro.</summary>
    UnusedMacro,

    /// <summary>No condition uses the list.</summary>
    UnusedList,

    /// <summary>The item is no list, macro or rule.</summary>
    UnknownItem,

    /// <summary>The item uses something that will go away.</summary>
    DeprecatedItem,

    /// <summary>An exception is appended to, with nothing.</summary>
    AppendNoValues,

    /// <summary>Two exceptions of a rule have one name.</summary>
    ExceptionNameNotUnique,

    /// <summary>Conditions cannot name a macro that is called so.</summary>
    InvalidMacroName,

    /// <summary>Conditions cannot name a list that is called so.</summary>
    InvalidListName,

    /// <summary>The item has a key that means nothing.</summary>
    UnknownKey,
}

/// <summary>Codes as text.</summary>
public static class DiagnosticCodes
{
    private static readonly Dictionary<DiagnosticCode, (string Name, string Meaning)> Texts = new()
    {
        [DiagnosticCode.FileRead] = ("LOAD_ERR_FILE_READ", "The file cannot be read"),
        [DiagnosticCode.YamlParse] = ("LOAD_ERR_YAML_PARSE", "The file is not YAML"),
        [DiagnosticCode.YamlValidate] = ("LOAD_ERR_YAML_VALIDATE", "An item of the file has not the form that it needs"),
        [DiagnosticCode.CompileCondition] = ("LOAD_ERR_COMPILE_CONDITION", "A condition has a mistake"),
        [DiagnosticCode.CompileOutput] = ("LOAD_ERR_COMPILE_OUTPUT", "An output has a mistake"),
        [DiagnosticCode.Validate] = ("LOAD_ERR_VALIDATE", "A rule, macro, list or exception names what is not there or contradicts itself"),
        [DiagnosticCode.UnknownSource] = ("LOAD_UNKNOWN_SOURCE", "No such source of events is loaded"),
        [DiagnosticCode.NoEventType] = ("LOAD_NO_EVTTYPE", "The condition is about too many types of events"),
        [DiagnosticCode.UnknownFilter] = ("LOAD_UNKNOWN_FILTER", "A field or event type is unknown, and the rule is left out"),
        [DiagnosticCode.UnusedMacro] = ("LOAD_UNUSED_MACRO", "The macro is not used"),
        [DiagnosticCode.UnusedList] = ("LOAD_UNUSED_LIST", "The list is not used"),
        [DiagnosticCode.UnknownItem] = ("LOAD_UNKNOWN_ITEM", "The item is no rule, macro or list"),
        [DiagnosticCode.DeprecatedItem] = ("LOAD_DEPRECATED_ITEM", "The item uses what will go away"),
        [DiagnosticCode.AppendNoValues] = ("LOAD_APPEND_NO_VALUES", "An exception is extended by no values"),
        [DiagnosticCode.ExceptionNameNotUnique] = ("LOAD_EXCEPTION_NAME_NOT_UNIQUE", "Several exceptions of a rule have the same name"),
        [DiagnosticCode.InvalidMacroName] = ("LOAD_INVALID_MACRO_NAME", "No condition can use a macro of this name"),
        [DiagnosticCode.InvalidListName] = ("LOAD_INVALID_LIST_NAME", "No condition can use a list of this name"),
        [DiagnosticCode.UnknownKey] = ("LOAD_UNKNOWN_KEY", "The item has a key that means nothing"),
    };

    /// <summary>The name that Falco gives: <c>LOAD_ERR_VALIDATE</c>.</summary>
    public static string Name(this DiagnosticCode code) => Texts[code].Name;

    /// <summary>What the code means, in a few words.</summary>
    public static string Meaning(this DiagnosticCode code) => Texts[code].Meaning;

    /// <summary>Whether findings of this code are errors.</summary>
    public static DiagnosticSeverity Severity(this DiagnosticCode code) =>
        code <= DiagnosticCode.Validate ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
}
