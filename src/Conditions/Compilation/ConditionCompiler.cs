using System.Diagnostics.CodeAnalysis;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Runtime;
using Saker.Conditions.Source;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Checks and compiles conditions over one catalogue. Conditions of one compiler share their macros: a macro that several
/// use is evaluated once per event. Not for several threads at once; what it compiled is.
/// </summary>
/// <param name="catalogue">The fields.</param>
/// <param name="options">What the catalogue's owner demands beyond types.</param>
public sealed class ConditionCompiler(IFieldCatalogue catalogue, ConditionOptions? options = null)
{
    private readonly Binder binder = new(catalogue, options ?? ConditionOptions.Default);
    private readonly PredicateBuilder builder = new();

    /// <summary>Compiles a condition that was parsed and whose macros are resolved.</summary>
    /// <param name="expression">The condition.</param>
    /// <param name="errors">Gets all its mistakes when the result is null.</param>
    public CompiledCondition? Compile(Expression expression, ICollection<ConditionError> errors)
    {
        var typed = binder.Bind(expression, errors);
        return typed is null ? null : new CompiledCondition(expression, typed, builder);
    }

    /// <summary>Parses and compiles a condition without macros.</summary>
    /// <param name="text">The condition.</param>
    /// <param name="errors">Gets all its mistakes when the result is null.</param>
    public CompiledCondition? Compile(string text, ICollection<ConditionError> errors) =>
        ConditionParser.Parse(new SourceText(text), errors) is { } expression ? Compile(expression, errors) : null;
}

/// <summary>A condition that can be evaluated. Immutable; evaluating it allocates nothing.</summary>
public sealed class CompiledCondition
{
    private readonly Predicate predicate;

    internal CompiledCondition(Expression expression, TypedNode typed, PredicateBuilder builder)
    {
        Expression = expression;
        Typed = typed;
        Builder = builder;
        predicate = builder.Build(typed);
    }

    /// <summary>The condition as it was written.</summary>
    public Expression Expression { get; }

    internal TypedNode Typed { get; }

    /// <summary>What built it, shared with the other conditions of its compiler.</summary>
    internal PredicateBuilder Builder { get; }

    /// <summary>True when no event can satisfy it.</summary>
    public bool IsNever => predicate is ConstantPredicate { Value: false };

    /// <summary>Whether the condition holds for the present event of the context.</summary>
    public bool Evaluate(EvaluationContext context) => predicate.Evaluate(context);

    /// <summary>Whether the condition can hold although some fields never have a value.</summary>
    public bool CanHoldWithout(Predicate<FieldReference> absent) => WhereItCanHold(new KnowledgeCases(1), field => absent(field) ? [FieldKnowledge.Absent] : null)[0];

    /// <summary>In which of several cases the condition can be true, by set algebra over and, or and not.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="known">What is known of a field: one thing for all cases, or one for each; null where nothing is.</param>
    public bool[] WhereItCanHold(KnowledgeCases cases, Func<FieldReference, IReadOnlyList<FieldKnowledge>?> known) => new CaseAnalysis(cases, known).WhereTrue(Typed);

    /// <summary>
    /// A condition that holds for every event for which this one may hold, whatever the values of some fields, which it does not read;
    /// null when this one reads none of them.
    /// </summary>
    /// <param name="unknown">The fields.</param>
    public CompiledCondition? WhereUnknown(Predicate<FieldReference> unknown) => Fields.Any(field => unknown(field))
        ? new CompiledCondition(Expression, new UnknownFields(unknown).Possible(Typed), Builder.WithSameLeaves())
        : null;

    /// <summary>Whether the verdict may depend on a field that counts from 1 on. That it is compared with 0 makes no difference.</summary>
    /// <param name="field">The field's name, without argument.</param>
    public bool DependsOnCount(string field) => CountAnalysis.Depends(Typed, field);

    /// <summary>All fields that the condition reads, macros included, each once.</summary>
    public IReadOnlyCollection<FieldReference> Fields => FieldCollector.Collect(Typed);

    /// <summary>The values that the condition compares a field with by <c>=</c>, <c>in</c> and <c>intersects</c>, macros included.</summary>
    /// <param name="field">The field's name, without argument.</param>
    public IReadOnlySet<string> ValuesNamed(string field) => ValueCollector.Collect(Typed, field);

    /// <summary>
    /// For which values of a field the condition can be true, by set algebra over and, or and not: what says nothing about
    /// the field allows all. The result has one entry per value of the universe.
    /// </summary>
    /// <param name="field">The field's name, without argument.</param>
    /// <param name="universe">All values that the field can have.</param>
    public bool[] PossibleValues(string field, IReadOnlyList<string> universe)
    {
        FieldKnowledge[] values = [.. universe.Select(FieldKnowledge.Of)];
        return WhereItCanHold(new KnowledgeCases(values.Length), candidate => candidate.Definition.Name == field && candidate.Argument is null ? values : null);
    }

    /// <inheritdoc/>
    [ExcludeFromCodeCoverage]
    public override string ToString() => ConditionPrinter.Print(Expression);
}
