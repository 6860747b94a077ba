namespace Saker.Rules.Explaining;

/// <summary>A line of a condition that is taken apart: one comparison, or the start or end of a group.</summary>
/// <param name="Depth">How many groups are around it.</param>
/// <param name="Text">The comparison, with <c>and</c>, <c>or</c> and <c>not</c> before it.</param>
/// <param name="Origins">Where it comes from: file and line, the macro, the lists; nothing for the end of a group.</param>
public sealed record ExplainedLine(int Depth, string Text, IReadOnlyList<string> Origins);

/// <summary>A list that a condition uses.</summary>
/// <param name="Name">The name.</param>
/// <param name="Place">File and line of its definition.</param>
/// <param name="Items">Its items as they were written.</param>
public sealed record ExplainedList(string Name, string Place, IReadOnlyList<string> Items);

/// <summary>A rule's condition with all macros and lists in their places.</summary>
/// <param name="Condition">The condition, line by line.</param>
/// <param name="Lists">The lists that it uses, and the lists in those.</param>
public sealed record RuleExplanation(IReadOnlyList<ExplainedLine> Condition, IReadOnlyList<ExplainedList> Lists);
