using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Where an operand stands.</summary>
internal enum OperandPlace
{
    Left,
    Right,
    Argument,
}

/// <summary>Checks fields and transformers against a catalogue.</summary>
internal sealed class OperandBinder(IFieldCatalogue catalogue, ConditionOptions options)
{
    private readonly FieldResolver resolver = new(catalogue);

    /// <summary>Checks an operand; null when it has mistakes.</summary>
    public TypedOperand? Bind(Operand operand, OperandPlace place, int checkStart, ICollection<ConditionError> errors)
    {
        switch (operand)
        {
            case FieldOperand field:
                return BindField(field, place, checkStart, errors);
            case TransformerOperand { Transformer: Transformer.Val } val:
                return BindVal(val, place, checkStart, errors);
            case TransformerOperand transformer:
                return BindTransformer(transformer, place, checkStart, errors);
            case LiteralOperand literal when place == OperandPlace.Argument:
                return new TypedText(Encoding.UTF8.GetBytes(literal.Text));
            default:
                errors.Add(new ConditionError(ConditionErrorKind.Unsupported, operand.Range, checkStart, "a field or a transformer is needed here"));
                return null;
        }
    }

    private TypedField? BindField(FieldOperand field, OperandPlace place, int checkStart, ICollection<ConditionError> errors)
    {
        var reference = resolver.Resolve(field.Name, field.Argument, out var error, out var suggestion);
        if (reference is null)
        {
            errors.Add(new ConditionError(ConditionErrorKind.UnknownField, field.Range, checkStart, error!, suggestion));
            return null;
        }

        var definition = reference.Definition;
        string? refusal = null;
        if (place == OperandPlace.Argument && definition.Traits.HasFlag(FieldTraits.NoTransformer))
        {
            refusal = $"field '{definition.Name}' does not support transformers";
        }
        else if (place == OperandPlace.Argument && options.ClosedFields.ContainsKey(definition.Name))
        {
            refusal = $"'{definition.Name}' takes no transformers: which events the condition is about must follow from it";
        }
        else if (place == OperandPlace.Right && definition.Traits.HasFlag(FieldTraits.NoRightSide))
        {
            refusal = $"field '{definition.Name}' doesn't support right-hand side fields";
        }

        if (refusal is null)
        {
            return new TypedField(reference);
        }

        errors.Add(new ConditionError(ConditionErrorKind.Unsupported, field.Range, checkStart, refusal));
        return null;
    }

    private TypedOperand? BindVal(TransformerOperand val, OperandPlace place, int checkStart, ICollection<ConditionError> errors)
    {
        if (place == OperandPlace.Right && val.Arguments is [var inner])
        {
            return Bind(inner, OperandPlace.Right, checkStart, errors);
        }

        errors.Add(new ConditionError(
            ConditionErrorKind.Unsupported, val.Range, checkStart, "val() stands on the right side of a comparison, around one field"));
        return null;
    }

    private TypedTransformer? BindTransformer(
        TransformerOperand transformer, OperandPlace place, int checkStart, ICollection<ConditionError> errors)
    {
        // The list that join and concat may be given is only a way to write several arguments.
        var written = transformer.Arguments.SelectMany(static argument => argument is ListOperand list ? list.Items : [argument]);
        var arguments = new List<TypedOperand>();
        var complete = true;
        foreach (var argument in written)
        {
            if (Bind(argument, OperandPlace.Argument, checkStart, errors) is { } bound)
            {
                arguments.Add(bound);
            }
            else
            {
                complete = false;
            }
        }

        if (!complete)
        {
            return null;
        }

        if (TransformerTypes.Type(transformer.Transformer, arguments, out var refusal) is { } typed)
        {
            if (place != OperandPlace.Right || arguments.OfType<TypedField>().All(static f => !f.Reference.Definition.Traits.HasFlag(FieldTraits.NoRightSide)))
            {
                return typed;
            }

            refusal = "a field among the arguments does not support the right-hand side";
        }

        errors.Add(new ConditionError(ConditionErrorKind.Unsupported, transformer.Range, checkStart, refusal!));
        return null;
    }
}

/// <summary>What transformers take and give.</summary>
internal static class TransformerTypes
{
    /// <summary>The transformer over its arguments, or what is wrong with them.</summary>
    public static TypedTransformer? Type(Transformer transformer, List<TypedOperand> arguments, out string? refusal)
    {
        refusal = null;
        var name = transformer.Spell();
        switch (transformer)
        {
            case Transformer.Len:
                if (arguments is [{ Kind: ValueKind.Bytes or ValueKind.None } or { IsList: true }])
                {
                    return new TypedTransformer(transformer, arguments, ValueKind.UInt64, isList: false);
                }

                refusal = "len() takes one field, and that must be text, bytes or a list";
                return null;
            case Transformer.Join:
                if (arguments.Count >= 2 && arguments[0] is TypedText && arguments.All(IsText))
                {
                    return new TypedTransformer(transformer, arguments, ValueKind.Bytes, isList: false);
                }

                refusal = "join() takes a separator in quotes and then text fields or a list: join(\"/\", (proc.name, user.name))";
                return null;
            case Transformer.Concat:
                if (arguments.Count >= 2 && arguments.All(IsText))
                {
                    return new TypedTransformer(transformer, arguments, ValueKind.Bytes, isList: false);
                }

                refusal = "concat() takes two or more texts: concat(proc.name, \"-x\")";
                return null;
            case Transformer.GetOpt:
                if (arguments is [{ Kind: ValueKind.Bytes }, TypedText] or [{ Kind: ValueKind.Bytes }])
                {
                    return new TypedTransformer(transformer, arguments, ValueKind.Bytes, isList: true);
                }

                refusal = "getopt() takes the arguments of a command and the letters of its options: getopt(proc.args, \"ab:\")";
                return null;
            default:
                if (arguments is [var only] && IsText(only))
                {
                    return new TypedTransformer(transformer, arguments, ValueKind.Bytes, only.IsList);
                }

                refusal = $"{name}() takes one text field";
                return null;
        }
    }

    private static bool IsText(TypedOperand operand) => operand.Kind is ValueKind.Bytes or ValueKind.None;
}
