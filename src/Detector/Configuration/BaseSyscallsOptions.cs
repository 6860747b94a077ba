using Saker.Detector.Events;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.Configuration;

/// <summary>Which system calls are watched beside those that the rules name.</summary>
[SnakeCaseKeys]
internal sealed record BaseSyscallsOptions : ICheckedOptions
{
    /// <summary>
    /// Calls by name, in place of all that change what the detector knows of processes and files; <c>!name</c> leaves a call out,
    /// also when a rule names it. What is not watched goes unnoticed: names of files and programs may be missing in alerts.
    /// </summary>
    public IReadOnlyList<string> CustomSet { get; init; } = [];

    /// <summary>With a custom set: watches what the detector needs to know as well. Without one, it is watched anyway.</summary>
    public bool Repair { get; init; }

    /// <summary>Watches every call. It costs much where much is read and written.</summary>
    public bool All { get; init; }

    /// <summary>The calls of the custom set that are wanted.</summary>
    internal IEnumerable<string> Wanted => CustomSet.Where(static name => !name.StartsWith('!'));

    /// <summary>The calls of the custom set that are not wanted, whoever else names them.</summary>
    internal IEnumerable<string> Unwanted => CustomSet.Where(static name => name.StartsWith('!')).Select(static name => name[1..]);

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        string[] known = [.. EventTable.SystemCalls.Select(static call => call.Name)];
        foreach (var name in Wanted.Concat(Unwanted).Where(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            yield return new OptionFault("custom_set", $"'{name}' is no system call{NearestWord.Hint(name, known)}");
        }
    }
}
