using System.CommandLine;
using Saker.Detector.Engine;
using Saker.Detector.Events;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector events</c>: all events that rules may name.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var start = new Argument<string>("PREFIX") { Description = "Only events whose names start so: open.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("events", "Lists the events that rules may name, with their arguments (evt.arg).") { start };
        command.SetAction(result =>
        {
            var output = result.InvocationConfiguration.Output;
            var prefix = result.GetValue(start) ?? "";
            var style = TextStyle.For(output);
            var count = 0;
            foreach (var (name, arguments) in All().Where(found => found.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                var mark = InterestSet.Deliverable.Contains(name) ? "" : " " + style.Yellow("(only in captures)");
                output.WriteLine($"{style.Bold(name)}({arguments}){mark}");
                count++;
            }

            output.WriteLine($"{count} events.");
            return count > 0 ? 0 : 1;
        });
        return command;
    }

    // Of several versions of an event, the one that is sent today; the calls without an event of their own come as their names alone.
    private static IEnumerable<(string Name, string Arguments)> All() => EventTable.All
        .Where(static definition => !definition.IsOld && definition.Name is not ("NA" or "syscall" or "asyncevent") && !(definition.IsEnter && (definition.Category & EventCategory.Syscall) != 0))
        .Select(static definition => (Name: definition.Name, Arguments: Arguments(definition)))
        .Concat(EventTable.SystemCalls.Select(static call => (Name: call.Name, Arguments: "")))
        .Append((Name: Containers.ContainerEventWriter.Removed, Arguments: ""))
        .DistinctBy(static found => found.Name)
        .OrderBy(static found => found.Name, StringComparer.Ordinal);

    private static string Arguments(EventDefinition definition)
    {
        var arguments = new List<string>();
        foreach (var parameter in definition.Parameters)
        {
            arguments.Add($"{parameter.Name}: {parameter.Type.ToString().ToUpperInvariant()}");
        }

        return string.Join(", ", arguments);
    }
}
