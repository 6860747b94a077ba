using System.CommandLine;
using Saker.Conditions.Fields;
using Saker.Detector.Engine;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector fields</c>: all fields that rules may name.</summary>
internal static class FieldsCommand
{
    public static Command Create()
    {
        var start = new Argument<string>("PREFIX") { Description = "Only fields whose names start so: proc.", Arity = ArgumentArity.ZeroOrOne };
        var names = new Option<bool>("--names") { Description = "Their names alone." };
        var markdown = new Option<bool>("--markdown") { Description = "A table in Markdown." };
        var command = new Command("fields", "Lists the fields that rules may name, with type, argument and meaning.") { start, names, markdown };
        command.SetAction(result =>
        {
            var output = result.InvocationConfiguration.Output;
            var prefix = result.GetValue(start) ?? "";
            var fields = EventStream.All(null).SelectMany(static stream => stream.Catalogue.Definitions)
                .DistinctBy(static field => field.Name)
                .Where(field => field.Name.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(static field => field.Name, StringComparer.Ordinal)
                .ToList();
            if (result.GetValue(names))
            {
                fields.ForEach(field => output.WriteLine(field.Name));
            }
            else if (result.GetValue(markdown))
            {
                WriteTable(output, fields);
            }
            else
            {
                Write(output, TextStyle.For(output), fields);
            }

            return fields.Count > 0 ? 0 : 1;
        });
        return command;
    }

    private static void WriteTable(TextWriter output, List<FieldDefinition> fields)
    {
        output.WriteLine("Name | Type | Description");
        output.WriteLine(":----|:-----|:-----------");
        foreach (var field in fields)
        {
            output.WriteLine($"`{field.Name}{Argument(field.Argument)}` | {Type(field)} | {field.Description.Replace("|", "\\|", StringComparison.Ordinal)}");
        }
    }

    private static string Type(FieldDefinition field) => field.IsList ? $"list of {field.TypeName}" : field.TypeName;

    private static void Write(TextWriter output, TextStyle style, List<FieldDefinition> fields)
    {
        foreach (var field in fields)
        {
            var name = field.Name + Argument(field.Argument);
            var mark = field.Unavailable is { } reason ? " " + style.Yellow($"(not filled: {reason})") : "";
            output.WriteLine($"{style.Bold(name.PadRight(32))} {Type(field),-18} {field.Description}{mark}");
        }

        output.WriteLine($"{fields.Count} fields, {fields.Count(static field => field.Unavailable is null)} of them filled by this build.");
    }

    private static string Argument(FieldArgumentKind kind)
    {
        const FieldArgumentKind both = FieldArgumentKind.Index | FieldArgumentKind.Key;
        if (kind == FieldArgumentKind.None)
        {
            return "";
        }

        var what = (kind & both) switch
        {
            FieldArgumentKind.Index => "number",
            FieldArgumentKind.Key => "name",
            _ => "number or name",
        };
        return kind.HasFlag(FieldArgumentKind.Required) ? $"[{what}]" : $"[{what}, optional]";
    }
}
