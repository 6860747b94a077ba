using Saker.Text;

namespace Saker.Conditions.Fields;

/// <summary>Finds the field that a name stands for, in conditions and in output formats alike.</summary>
/// <param name="catalogue">Where fields are found.</param>
public sealed class FieldResolver(IFieldCatalogue catalogue)
{
    /// <summary>
    /// Finds a field by its name as written. The argument may also follow a dot: <c>evt.arg.flags</c> is <c>evt.arg[flags]</c>.
    /// </summary>
    /// <param name="name">The name as written.</param>
    /// <param name="argument">What stood between brackets; null when there were none.</param>
    /// <param name="error">What is wrong when the result is null.</param>
    /// <param name="suggestion">The nearest field name, if one is near.</param>
    public FieldReference? Resolve(string name, string? argument, out string? error, out string? suggestion)
    {
        suggestion = null;
        var definition = catalogue.Find(name);
        if (definition is null && argument is null)
        {
            definition = FindBeforeDot(name, out argument);
        }

        if (definition is null)
        {
            error = $"unknown field '{name}'";
            suggestion = NearestWord.Find(name, catalogue.Definitions.Select(static known => known.Name));
            return null;
        }

        if (argument is not null && definition.Argument == FieldArgumentKind.None)
        {
            error = $"the field '{definition.Name}' takes no argument";
            return null;
        }

        if (argument is null && definition.Argument.HasFlag(FieldArgumentKind.Required))
        {
            error = $"the field '{definition.Name}' needs an argument: {definition.Name}[…]";
            return null;
        }

        const FieldArgumentKind Both = FieldArgumentKind.Index | FieldArgumentKind.Key;
        if (argument is not null && (definition.Argument & Both) == FieldArgumentKind.Index && !ulong.TryParse(argument, out _))
        {
            error = $"the argument of '{definition.Name}' must be a number, and '{argument}' is none";
            return null;
        }

        return catalogue.Bind(definition, argument, out error);
    }

    private FieldDefinition? FindBeforeDot(string name, out string? argument)
    {
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            var definition = catalogue.Find(name[..dot]);
            if (definition is null || definition.Argument == FieldArgumentKind.None)
            {
                continue;
            }

            argument = name[(dot + 1)..];
            return definition;
        }

        argument = null;
        return null;
    }
}
