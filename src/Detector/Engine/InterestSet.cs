using Saker.Detector.Configuration;
using Saker.Detector.Containers;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Events;

namespace Saker.Detector.Engine;

/// <summary>Which system calls the driver is asked for: what the state needs, and what the rules name.</summary>
internal static class InterestSet
{
    /// <summary>Names of all events that the driver and the runtimes can deliver.</summary>
    public static IReadOnlySet<string> Deliverable { get; } =
        SystemCalls.All.Select(static call => EventTable.Find(call.ExitEvent)!.Name)
            .Concat(GenericCalls.All.Select(static call => call.Name))
            .Append("procexit")
            .Append(ContainerEventWriter.Told)
            .Append(ContainerEventWriter.Removed)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The calls (<c>ppm_sc</c> codes) to ask for, as the configuration wants it.</summary>
    /// <param name="named">Names of the events that rules are about; null when a rule is about all.</param>
    /// <param name="options">What is watched beside them.</param>
    public static IReadOnlySet<int> For(IReadOnlySet<string>? named, BaseSyscallsOptions options)
    {
        var codes = For(options.All ? null : named).ToHashSet();
        var numbers = EventTable.SystemCalls.ToLookup(static call => call.Name, static call => call.Number, StringComparer.Ordinal);
        int[] wanted = [.. options.Wanted.SelectMany(name => numbers[name])];
        if (wanted.Length > 0 && !options.Repair && !options.All && named is not null)
        {
            // In place of what the state needs: without those that no rule names.
            codes.ExceptWith(SystemCalls.All.Where(call => !named.Contains(EventTable.Find(call.ExitEvent)!.Name)).Select(static call => call.Code));
        }

        codes.UnionWith(wanted);
        codes.ExceptWith(options.Unwanted.SelectMany(name => numbers[name]));
        return codes;
    }

    /// <summary>The calls (<c>ppm_sc</c> codes) to ask for.</summary>
    /// <param name="named">Names of the events that rules are about; null when a rule is about all.</param>
    public static IReadOnlySet<int> For(IReadOnlySet<string>? named)
    {
        var codes = new HashSet<int>(SystemCalls.Exits);
        foreach (var call in SystemCalls.All)
        {
            var definition = EventTable.Find(call.ExitEvent)!;
            if (named is null || named.Contains(definition.Name) || (definition.Flags & EventFlags.ModifiesState) != 0)
            {
                codes.Add(call.Code);
            }
        }

        foreach (var call in GenericCalls.All)
        {
            if (named is null || named.Contains(call.Name))
            {
                codes.Add(call.Code);
            }
        }

        return codes;
    }
}
