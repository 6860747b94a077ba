using System.ComponentModel.DataAnnotations;
using Saker.Alerts;

namespace Saker.Outputs;

/// <summary>The options that every output has. Initialisers are the defaults, attributes the checks, summaries the reference text.</summary>
public abstract record OutputOptions
{
    /// <summary>Least priority of the alerts that are sent: emergency, alert, critical, error, warning, notice, informational (info) or debug. Empty sends everything.</summary>
    public Priority MinimumPriority { get; init; } = Priority.Debug;

    /// <summary>A condition on the alert, in Falco's language: <c>k8s.ns.name = prod and not rule startswith "Terminal"</c>. Empty sends everything.</summary>
    public string When { get; init; } = "";

    /// <summary>Attempts under way at once. 1 keeps the order of the alerts; 0 leaves the number to the router.</summary>
    [Range(0, 1024)]
    public int MaxConcurrentRequests { get; init; } = 1;

    /// <summary>Checks that concern several options, after each was checked by its attributes.</summary>
    /// <returns>The faults: the key in lower case, and what is wrong and how to cure it.</returns>
    public virtual IEnumerable<OptionFault> Validate() => [];
}

/// <summary>The options of outputs that send HTTP requests.</summary>
public abstract record HttpOutputOptions : OutputOptions
{
    /// <summary>Checks the certificate of the destination. Switching it off lets anybody in between read the alerts.</summary>
    public bool CheckCert { get; init; } = true;

    /// <summary>Presents the client certificate of <c>mutualtlsclient</c> (or of <c>mutualtlsfilespath</c>) to the destination.</summary>
    public bool MutualTls { get; init; }
}

/// <summary>A fault in an option.</summary>
/// <param name="Key">The key in lower case, below the instance.</param>
/// <param name="Message">What is wrong and how to cure it, without secrets.</param>
public readonly record struct OptionFault(string Key, string Message);

/// <summary>Marks a list or map option whose text form is split at commas: <c>a:b,c:d</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommaSeparatedAttribute : Attribute;

/// <summary>Marks a text option that takes one of a few words, in any case.</summary>
/// <param name="words">The words, in lower case.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute(params string[] words) : Attribute
{
    /// <summary>The words, in lower case.</summary>
    public IReadOnlyList<string> Words { get; } = words;
}
