using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Saker.CommandLine;

/// <summary>An exit code of a command.</summary>
/// <param name="Code">The number.</param>
/// <param name="Meaning">What happened then, as half a sentence.</param>
internal sealed record ExitCode(int Code, string Meaning);

/// <summary>What commands say of their exit codes: for their help and for the reference, which are both made of it.</summary>
internal static class ExitCodes
{
    // A command of the library has no room for more than its name and its description.
    private static readonly ConditionalWeakTable<Command, IReadOnlyList<ExitCode>> Known = [];

    /// <summary>Says which exit codes a command has.</summary>
    public static TCommand EndsWith<TCommand>(this TCommand command, params (int Code, string Meaning)[] codes)
        where TCommand : Command
    {
        Known.Add(command, [.. codes.Select(static code => new ExitCode(code.Code, code.Meaning))]);
        return command;
    }

    /// <summary>The exit codes of a command; none where it says nothing of them.</summary>
    public static IReadOnlyList<ExitCode> Of(Command command) => Known.TryGetValue(command, out var codes) ? codes : [];
}
