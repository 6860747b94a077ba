using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>Which conditions can hold although the field <c>gone</c> never has a value.</summary>
public sealed class Absence
{
    private static readonly TableCatalogue Catalogue = new(
        [new FieldDefinition { Name = "gone", Kind = ValueKind.Bytes }, new FieldDefinition { Name = "here", Kind = ValueKind.Bytes }]);

    [Theory]
    [InlineData("here = a", true)]
    [InlineData("gone = a", false)]
    [InlineData("gone != a", false)]
    [InlineData("gone exists", false)]
    [InlineData("tolower(gone) = a", false)]
    [InlineData("here = a and gone = a", false)]
    [InlineData("here = a and not gone = a", true)]
    [InlineData("here = a and not (gone = b and here = c)", true)]
    [InlineData("here = a or gone = a", true)]
    [InlineData("gone = a or gone = b", false)]
    [InlineData("not gone exists", true)]
    [InlineData("not (here = a or not gone = a)", false)]
    public void A_condition_is_lost_only_when_nothing_else_can_make_it_true(string text, bool canHold)
    {
        var errors = new List<ConditionError>();
        var condition = new ConditionCompiler(Catalogue).Compile(text, errors);
        Assert.Empty(errors);
        Assert.Equal(canHold, condition!.CanHoldWithout(static field => field.Definition.Name == "gone"));
    }
}
