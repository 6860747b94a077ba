using Saker.Templates.Formatting;
using Saker.Templates.Parsing;
using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>Walks a template over its data. One per rendering.</summary>
internal sealed class Executor
{
    public const string NoValue = "<no value>";

    private readonly TemplateSet set;
    private readonly Budget budget;
    private readonly ByteBuilder output;
    private readonly ValueWriter writer;

    public Executor(TemplateSet set, TemplateLimits limits)
    {
        this.set = set;
        budget = new Budget(limits);
        output = new ByteBuilder(limits.OutputBytes);
        writer = new ValueWriter(output, budget);
    }

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Where in the text it is at work: where it failed, if it failed.</summary>
    public int Position { get; set; }

    public string Output => output.ToString();

    public void Run(TemplateValue data) => Call(TemplateSet.Main, data);

    private void Call(string name, TemplateValue data)
    {
        if (!set.Bodies.TryGetValue(name, out var body))
        {
            throw new TemplateFault($"template \"{name}\" not defined");
        }

        var evaluator = new Evaluator(this, budget);
        evaluator.Variables.Push("$", data);
        Walk(body, data, evaluator);
    }

    private Flow Walk(Node[] body, TemplateValue dot, Evaluator evaluator)
    {
        budget.Enter();
        var flow = Flow.Next;
        foreach (var node in body)
        {
            budget.Step();
            Position = node.Position;
            flow = Visit(node, dot, evaluator);
            if (flow is not Flow.Next)
            {
                break;
            }
        }

        budget.Leave();
        return flow;
    }

    private Flow Visit(Node node, TemplateValue dot, Evaluator evaluator)
    {
        switch (node)
        {
            case TextNode text:
                output.Append(text.Utf8);
                return Flow.Next;
            case ActionNode action:
                var value = evaluator.Evaluate(action.Pipeline, dot);
                if (action.Pipeline.Variables.Length == 0)
                {
                    Print(value);
                }

                return Flow.Next;
            case CallNode call:
                var data = call.Pipeline is null ? TemplateValue.Nil : evaluator.Evaluate(call.Pipeline, dot);
                Position = call.Position;
                Call(call.Name, data);
                return Flow.Next;
            case BranchNode branch:
                var mark = evaluator.Variables.Mark;
                var flow = branch.Kind is BranchKind.Range ? Range(branch, dot, evaluator) : Choose(branch, dot, evaluator);
                evaluator.Variables.Forget(mark);
                return flow;
            case BreakNode:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private void Print(TemplateValue value)
    {
        if (value.IsNil)
        {
            output.Append(NoValue);
        }
        else if (value is MethodValue method)
        {
            throw new TemplateFault($"wrong number of args for {method.Name}: want {method.Parameters.Length} got 0");
        }
        else
        {
            writer.WritePlain(value);
        }
    }

    private Flow Choose(BranchNode branch, TemplateValue dot, Evaluator evaluator)
    {
        var value = evaluator.Evaluate(branch.Pipeline, dot);
        return value.IsTrue
            ? Walk(branch.Body, branch.Kind is BranchKind.With ? value : dot, evaluator)
            : Walk(branch.Otherwise, dot, evaluator);
    }

    private Flow Range(BranchNode branch, TemplateValue dot, Evaluator evaluator)
    {
        var value = evaluator.Evaluate(branch.Pipeline, dot);
        if (value is IntegerValue && branch.Pipeline.Variables.Length > 1)
        {
            throw new TemplateFault("can't iterate over a number with more than one variable");
        }

        var mark = evaluator.Variables.Mark;
        var any = false;
        foreach (var (index, element) in Elements(value))
        {
            any = true;
            budget.Step();
            Assign(branch.Pipeline, index, element, evaluator.Variables);
            var flow = Walk(branch.Body, element, evaluator);
            evaluator.Variables.Forget(mark);
            if (flow is Flow.Break)
            {
                break;
            }
        }

        return any ? Flow.Next : Walk(branch.Otherwise, dot, evaluator);
    }

    private static void Assign(PipelineNode pipeline, TemplateValue index, TemplateValue element, Variables variables)
    {
        // With two variables the index comes first, with one it is the element.
        TemplateValue[] values = pipeline.Variables.Length == 2 ? [index, element] : [element];
        foreach (var (name, value) in pipeline.Variables.Zip(values))
        {
            if (pipeline.IsAssignment)
            {
                variables[name] = value;
            }
            else
            {
                variables.Push(name, value);
            }
        }
    }

    private static IEnumerable<(TemplateValue Index, TemplateValue Element)> Elements(TemplateValue value)
    {
        switch (value)
        {
            case NilValue:
                yield break;
            case IntegerValue number:
                for (var i = 0L; i < number.Value; i++)
                {
                    yield return (TemplateValue.Nil, TemplateValue.From(i, number.Type));
                }

                break;
            case TemplateList list:
                for (var i = 0; i < list.Count; i++)
                {
                    yield return (TemplateValue.From(i), list[i]);
                }

                break;
            case TemplateMap map:
                foreach (var key in map.SortedKeys())
                {
                    yield return (TemplateValue.From(key), map.Find(key) ?? TemplateValue.Null);
                }

                break;
            default:
                throw new TemplateFault($"range can't iterate over a value of type {value.TypeName}");
        }
    }
}
