using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using BenchmarkDotNet.Attributes;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Detector.Benchmarks.Conditions;

/// <summary>
/// Three ways to put the same comparisons together by and, or, not: the tree of nodes that is used, composed closures, and
/// emitted code. The latter two call the comparisons as compiled conditions, one call more than the tree needs.
/// Figures and decision: docs/decisions/0030-condition-compiler.md.
/// </summary>
[MemoryDiagnoser]
[InProcess]
public class EvaluatorShapes
{
    private delegate bool Evaluator(CompiledCondition[] leaves, EvaluationContext context);

    private static readonly string[] Leaves =
        ["kind in (open, openat, openat2)", "write = true", "type = f", "name startswith /etc", "name in (/a, /b, /c)", "process = cat"];

    private readonly Event context = new();
    private CompiledCondition tree = null!;
    private CompiledCondition[] leaves = null!;
    private Func<EvaluationContext, bool> closures = null!;
    private Evaluator emitted = null!;

    /// <summary>Builds all three.</summary>
    [GlobalSetup]
    public void Build()
    {
        var compiler = new ConditionCompiler(new Catalogue());
        leaves = [.. Leaves.Select(text => compiler.Compile(text, [])!)];
        tree = compiler.Compile($"{Leaves[0]} and {Leaves[1]} and {Leaves[2]} and ({Leaves[3]} or {Leaves[4]}) and not {Leaves[5]}", [])!;
        closures = And(Leaf(0), And(Leaf(1), And(Leaf(2), And(Or(Leaf(3), Leaf(4)), Not(Leaf(5))))));
        emitted = Emit();
        if (tree.Evaluate(context) || closures(context) || emitted(leaves, context))
        {
            throw new InvalidOperationException("The three must agree.");
        }
    }

    /// <summary>The tree of sealed nodes.</summary>
    [Benchmark(Baseline = true)]
    public bool Tree() => tree.Evaluate(context);

    /// <summary>Closures that call closures.</summary>
    [Benchmark]
    public bool Closures() => closures(context);

    /// <summary>Emitted jumps between the comparisons.</summary>
    [Benchmark]
    public bool Emitted() => emitted(leaves, context);

    private Func<EvaluationContext, bool> Leaf(int index)
    {
        var leaf = leaves[index];
        return leaf.Evaluate;
    }

    private static Func<EvaluationContext, bool> And(Func<EvaluationContext, bool> left, Func<EvaluationContext, bool> right) =>
        present => left(present) && right(present);

    private static Func<EvaluationContext, bool> Or(Func<EvaluationContext, bool> left, Func<EvaluationContext, bool> right) =>
        present => left(present) || right(present);

    private static Func<EvaluationContext, bool> Not(Func<EvaluationContext, bool> inner) => present => !inner(present);

    private static Evaluator Emit()
    {
        var method = new DynamicMethod("Evaluate", typeof(bool), [typeof(CompiledCondition[]), typeof(EvaluationContext)], typeof(CompiledCondition));
        var il = method.GetILGenerator();
        var evaluate = typeof(CompiledCondition).GetMethod(nameof(CompiledCondition.Evaluate), BindingFlags.Public | BindingFlags.Instance)!;
        var no = il.DefineLabel();
        var inner = il.DefineLabel();
        for (var i = 0; i < 6; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldelem_Ref);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Call, evaluate);
            il.Emit(i is 3 or 5 ? OpCodes.Brtrue : OpCodes.Brfalse, i == 3 ? inner : no);
            if (i == 4)
            {
                il.MarkLabel(inner);
            }
        }

        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(no);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Evaluator>();
    }

    private sealed class Event : EvaluationContext
    {
        private readonly byte[][] values = [.. new[] { "openat", "", "f", "/etc/passwd", "cat" }.Select(Encoding.UTF8.GetBytes)];

        public override Value Read(FieldReference field) => field.Slot == 1 ? Value.Bool(true) : Value.Bytes(values[field.Slot]);
    }

    private sealed class Catalogue : IFieldCatalogue
    {
        private static readonly string[] Names = ["kind", "write", "type", "name", "process"];

        private readonly Reference[] references =
            [.. Names.Select(static (name, slot) => new Reference(new FieldDefinition { Name = name, Kind = slot == 1 ? ValueKind.Bool : ValueKind.Bytes }, slot))];

        public IReadOnlyCollection<FieldDefinition> Definitions => [.. references.Select(static reference => reference.Definition)];

        public FieldDefinition? Find(string name) => references.FirstOrDefault(reference => reference.Definition.Name == name)?.Definition;

        public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error)
        {
            error = null;
            return references.First(reference => reference.Definition == definition);
        }

        private sealed class Reference(FieldDefinition definition, int slot) : FieldReference(definition, null, slot);
    }
}
