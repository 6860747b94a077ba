using System.Globalization;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the event's parameters: <c>evt.arg</c>, <c>evt.rawarg</c>, <c>evt.args</c>, <c>evt.info</c>.</summary>
internal static class ArgumentFields
{
    public static void Register(FieldRegistry registry)
    {
        registry.Add("evt.arg", ReadText);
        registry.Add("evt.rawarg", ReadRaw, shown: ShowRaw);
        registry.Add("evt.args", static (c, _) => ReadAll(c));
        registry.Add("evt.info", static (c, _) => ReadAll(c));
    }

    /// <summary>What is wrong with a field's argument, where the event table decides; null when nothing is.</summary>
    public static string? Explain(string field, string? argument) => field switch
    {
        "evt.arg" or "evt.rawarg" when !Exists(argument!) => $"no event has an argument '{argument}'",
        "evt.type.is" when !EventTable.All.Any(definition => definition.Name == argument)
            && !EventTable.SystemCalls.Any(call => call.Name == argument) => $"there is no event '{argument}'",
        _ when field.StartsWith("container.mount.", StringComparison.Ordinal) || field == "container.mount" => ContainerFields.ExplainMount(argument!),
        "evt.abspath" when argument is not (null or "src" or "dst") => $"the argument of '{field}' is src or dst, and '{argument}' is neither",
        _ => null,
    };

    /// <summary>The field over a parameter of that name, with the parameter's type.</summary>
    public static FieldDefinition Typed(FieldDefinition field, string argument)
    {
        var definition = EventTable.All.FirstOrDefault(d => !d.IsOld && d.Find(argument) >= 0) ?? EventTable.All.FirstOrDefault(d => d.Find(argument) >= 0);
        var type = definition?.Parameters[definition.Find(argument)].Type ?? ParameterType.CharBuf;
        return field with
        {
            Kind = KindOf(type),
            IsBuffer = type is ParameterType.ByteBuf or ParameterType.SockAddr or ParameterType.SockTuple or ParameterType.FdList or ParameterType.Dyn,
            IsPort = type == ParameterType.Port,
            Bits = BitsOf(type),
        };
    }

    // A position, or a name that a parameter of some event has.
    private static bool Exists(string argument) => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        || EventTable.All.Any(definition => definition.Find(argument) >= 0);

    private static int BitsOf(ParameterType type) => type switch
    {
        ParameterType.Int8 or ParameterType.UInt8 or ParameterType.Flags8 or ParameterType.EnumFlags8 or ParameterType.SigType => 8,
        ParameterType.Int16 or ParameterType.UInt16 or ParameterType.Flags16 or ParameterType.EnumFlags16 or ParameterType.Port or ParameterType.SyscallId => 16,
        ParameterType.Int32 or ParameterType.UInt32 or ParameterType.Flags32 or ParameterType.EnumFlags32 or ParameterType.Mode
            or ParameterType.Uid or ParameterType.Gid => 32,
        _ => 64,
    };

    private static ValueKind KindOf(ParameterType type) => type switch
    {
        ParameterType.CharBuf or ParameterType.ByteBuf or ParameterType.FsPath or ParameterType.FsRelPath or ParameterType.SockAddr
            or ParameterType.SockTuple or ParameterType.FdList or ParameterType.Dyn or ParameterType.CharBufArray => ValueKind.Bytes,
        ParameterType.Int8 or ParameterType.Int16 or ParameterType.Int32 or ParameterType.Int64 or ParameterType.Errno or ParameterType.Fd
            or ParameterType.Fd32 or ParameterType.Pid or ParameterType.Pid32 => ValueKind.Int64,
        ParameterType.Bool => ValueKind.Bool,
        _ => ValueKind.UInt64,
    };

    private static int Position(EventContext context, DetectorField field)
    {
        var definition = context.View.Definition;
        if (field.Index >= 0)
        {
            return field.Index < definition.Parameters.Length ? field.Index : -1;
        }

        for (var i = 0; i < definition.Parameters.Length; i++)
        {
            if (definition.Parameters[i].Utf8Name.AsSpan().SequenceEqual(field.ArgumentBytes))
            {
                return i;
            }
        }

        return -1;
    }

    private static Value ReadText(EventContext context, DetectorField field)
    {
        var index = Position(context, field);
        var view = context.View;
        if (index < 0 || index >= view.Count)
        {
            return Value.None;
        }

        var writer = new Utf8Writer(context.Scratch) { IsBase64 = context.ShowsBase64 };
        ArgumentText.WriteMeaning(context, view, index, ref writer);
        if (writer.Length == 0)
        {
            ArgumentText.WriteRaw(context, view, index, ref writer);
        }

        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value ReadRaw(EventContext context, DetectorField field)
    {
        var index = Position(context, field);
        var view = context.View;
        if (index < 0 || index >= view.Count)
        {
            return Value.None;
        }

        switch (field.Definition.Kind)
        {
            case ValueKind.Int64:
                return view.TrySigned(index, out var signed) ? Value.Int64(signed) : Value.None;
            case ValueKind.UInt64:
                return view.TryUnsigned(index, out var unsigned) ? Value.UInt64(unsigned) : Value.None;
            case ValueKind.Bool:
                return view.TryUnsigned(index, out var truth) ? Value.Bool(truth != 0) : Value.None;
            default:
                var isText = view.Definition.Parameters[index].Type is ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath;
                return view.Has(index) ? Value.Bytes(isText ? view.Text(index) : view.Parameter(index)) : Value.None;
        }
    }

    /// <summary>A number that the table wants otherwise than in decimal is shown as text, and so is one whose format it leaves open.</summary>
    private static Value ShowRaw(EventContext context, DetectorField field)
    {
        var value = context.Read(field);
        if (value.Kind is not (ValueKind.Int64 or ValueKind.UInt64))
        {
            return value;
        }

        var parameter = context.View.Definition.Parameters[Position(context, field)];
        var writer = new Utf8Writer(context.Scratch) { IsBase64 = context.ShowsBase64 };
        switch (parameter.Format)
        {
            case PrintFormat.Hex when parameter.Type != ParameterType.Mode:
                // In the width that the parameter has, so that -1 is FFFFFFFF.
                writer.AddHex(context.View.Unsigned(Position(context, field)));
                break;
            case PrintFormat.Oct when parameter.Type != ParameterType.Mode:
                writer.AddOctal(context.View.Unsigned(Position(context, field)), isMarked: false);
                break;
            case PrintFormat.Na when value.Kind == ValueKind.Int64:
                writer.Add(value.AsInt64);
                break;
            default:
                return value;
        }

        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value ReadAll(EventContext context)
    {
        var view = context.View;
        var writer = new Utf8Writer(context.Scratch) { IsBase64 = context.ShowsBase64 };
        for (var i = 0; i < view.Count && view.Type != EventType.GenericExit; i++)
        {
            if (i > 0)
            {
                writer.Add((byte)' ');
            }

            writer.Add(view.Definition.Parameters[i].Utf8Name);
            writer.Add((byte)'=');
            ArgumentText.WriteRaw(context, view, i, ref writer);
            var before = writer.Length;
            writer.Add((byte)'(');
            ArgumentText.WriteMeaning(context, view, i, ref writer);
            if (writer.Length == before + 1)
            {
                writer.CutTo(before);
            }
            else
            {
                writer.Add((byte)')');
            }
        }

        return Value.Bytes(context.Keep(writer.Length));
    }
}
