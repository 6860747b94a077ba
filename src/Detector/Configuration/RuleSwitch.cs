using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Switches rules on or off.</summary>
[SnakeCaseKeys]
internal sealed record RuleSwitch : ICheckedOptions
{
    /// <summary>Rules to switch on, also those that their file switches off.</summary>
    public RuleChoice Enable { get; init; } = new();

    /// <summary>Rules to switch off.</summary>
    public RuleChoice Disable { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enable.IsEmpty && Disable.IsEmpty)
        {
            yield return new OptionFault("enable", "This switches nothing; write a rule or a tag below 'enable:' or 'disable:'.");
        }
    }
}

/// <summary>Rules by name and by tag.</summary>
[SnakeCaseKeys]
internal sealed record RuleChoice
{
    /// <summary>The name of a rule; <c>*</c> stands for any text, <c>?</c> for any character.</summary>
    public string Rule { get; init; } = "";

    /// <summary>A tag that the rules have.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Whether nothing was chosen.</summary>
    internal bool IsEmpty => Rule.Length == 0 && Tag.Length == 0;
}
