using Saker.Templates.Parsing;
using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>Evaluates pipelines within one template call, which has variables of its own.</summary>
internal sealed class Evaluator(Executor executor, Budget budget)
{
    public Variables Variables { get; } = new();

    public TemplateValue Evaluate(PipelineNode pipeline, TemplateValue dot)
    {
        budget.Enter();
        TemplateValue? value = null;
        foreach (var command in pipeline.Commands)
        {
            value = Evaluate(command, dot, value);
            // Null on its own is no value; only inside of a map or list is it something that can be asked for fields in vain.
            if (value.IsNil)
            {
                value = TemplateValue.Nil;
            }
        }

        foreach (var name in pipeline.Variables)
        {
            if (pipeline.IsAssignment)
            {
                Variables[name] = value!;
            }
            else
            {
                Variables.Push(name, value!);
            }
        }

        budget.Leave();
        return value!;
    }

    /// <summary>One command; <paramref name="last"/>, the result of the one before, becomes its last argument.</summary>
    private TemplateValue Evaluate(CommandNode command, TemplateValue dot, TemplateValue? last)
    {
        budget.Step();
        var first = command.Words[0];
        executor.Position = first.Position;
        var call = new Arguments(command.Words.AsMemory(1), last);
        switch (first)
        {
            case FieldNode field:
                return Fields(dot, field.Path, dot, call);
            case ChainNode chain:
                return Fields(Operand(chain.Operand, dot), chain.Path, dot, call);
            case FunctionNode function:
                return Call(function, dot, call);
            case VariableNode { Path.Length: > 0 } variable:
                return Fields(Variables[variable.Name], variable.Path, dot, call);
            case NilNode:
                throw new TemplateFault("nil is not a command");
            default:
                if (!call.IsEmpty)
                {
                    throw new TemplateFault("can't give arguments to what is no function");
                }

                return Operand(first, dot);
        }
    }

    /// <summary>The value of one word on its own, as an argument.</summary>
    private TemplateValue Operand(Node node, TemplateValue dot)
    {
        budget.Step();
        executor.Position = node.Position;
        return node switch
        {
            DotNode => dot,
            NilNode => TemplateValue.Nil,
            ConstantNode constant => constant.Value ?? throw new TemplateFault($"{constant.Text} overflows int"),
            FieldNode field => Fields(dot, field.Path, dot, Arguments.None),
            ChainNode chain => Fields(Operand(chain.Operand, dot), chain.Path, dot, Arguments.None),
            VariableNode variable => Fields(Variables[variable.Name], variable.Path, dot, Arguments.None),
            FunctionNode function => Call(function, dot, Arguments.None),
            PipelineNode pipeline => Evaluate(pipeline, dot),
            _ => throw new TemplateFault("no operand"),
        };
    }

    private TemplateValue Fields(TemplateValue value, string[] path, TemplateValue dot, Arguments call)
    {
        for (var i = 0; i < path.Length; i++)
        {
            value = Field(value, path[i], dot, i == path.Length - 1 ? call : Arguments.None);
        }

        return value;
    }

    private TemplateValue Field(TemplateValue receiver, string name, TemplateValue dot, Arguments call)
    {
        budget.Step();
        if (receiver is NilValue nil)
        {
            return nil.IsTyped ? throw new TemplateFault($"nil pointer evaluating interface {{}}.{name}") : TemplateValue.Nil;
        }

        var member = receiver.GetMember(name);
        if (member is MethodValue method)
        {
            return method.Invoke(Collect(method.Name, method.Parameters.Length, method.Parameters.Length, method.Parameters, dot, call));
        }

        if (receiver is TemplateMap map)
        {
            member = map.Find(name) ?? TemplateValue.Nil;
        }

        if (member is null)
        {
            throw new TemplateFault($"can't evaluate field {name} in type {receiver.TypeName}");
        }

        return call.IsEmpty ? member : throw new TemplateFault($"{name} has arguments but cannot be invoked as function");
    }

    private TemplateValue Call(FunctionNode node, TemplateValue dot, Arguments call)
    {
        var function = Builtins.Get(node.Name);
        if (node.Name is "and" or "or")
        {
            return Junction(node.Name, dot, call);
        }

        var arguments = Collect(node.Name, function.Least, function.Most, [function.First], dot, call);
        executor.Position = node.Position;
        return function.Invoke(budget, arguments);
    }

    /// <summary>The first argument that decides, or the last one; those behind it are not evaluated.</summary>
    private TemplateValue Junction(string name, TemplateValue dot, Arguments call)
    {
        if (call.IsEmpty)
        {
            throw new TemplateFault($"wrong number of args for {name}: want at least 1 got 0");
        }

        TemplateValue? value = null;
        foreach (var word in call.Words.Span)
        {
            value = Operand(word, dot);
            if (value.IsTrue == (name == "or"))
            {
                return value;
            }
        }

        return call.Last ?? value!;
    }

    private TemplateValue[] Collect(string name, int least, int? most, ParameterKind[] kinds, TemplateValue dot, Arguments call)
    {
        if (call.Count < least || call.Count > most)
        {
            throw new TemplateFault($"wrong number of args for {name}: want {(most is null ? "at least " : "")}{least} got {call.Count}");
        }

        var values = new TemplateValue[call.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var word = i < call.Words.Length ? call.Words.Span[i] : null;
            var kind = i < kinds.Length ? kinds[i] : ParameterKind.Any;
            values[i] = word is null ? call.Last! : Operand(word, dot);
            if (!Fits(values[i], kind, word is ConstantNode))
            {
                throw new TemplateFault($"wrong type for argument {i + 1} of {name}: expected {kind}; found {values[i].TypeName}");
            }
        }

        return values;
    }

    private static bool Fits(TemplateValue value, ParameterKind kind, bool isConstant) => kind switch
    {
        ParameterKind.Any => value is not MethodValue,
        ParameterKind.Text => value is StringValue { IsText: true },
        ParameterKind.Int => value is IntegerValue number && (isConstant || number.Type == IntegerType.Int),
        ParameterKind.Duration => value is IntegerValue duration && (isConstant || duration.Type == DurationType.Instance),
        ParameterKind.Time => value is TimeValue,
        _ => value is LocationValue,
    };

    private readonly record struct Arguments(ReadOnlyMemory<Node> Words, TemplateValue? Last)
    {
        public static Arguments None => default;

        public bool IsEmpty => Count == 0;

        public int Count => Words.Length + (Last is null ? 0 : 1);
    }
}
