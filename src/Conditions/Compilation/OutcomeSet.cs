namespace Saker.Conditions.Compilation;

/// <summary>How a condition can turn out in each of many cases. Immutable once it is made.</summary>
internal sealed class OutcomeSet
{
    private const int Bits = 64;

    private readonly int count;
    private readonly ulong[] canBeTrue;
    private readonly ulong[] canBeFalse;

    private OutcomeSet(int count, ulong[] canBeTrue, ulong[] canBeFalse)
    {
        this.count = count;
        this.canBeTrue = canBeTrue;
        this.canBeFalse = canBeFalse;
    }

    /// <summary>The same in all cases.</summary>
    public static OutcomeSet All(int count, Outcome outcome) => Of(count, _ => outcome);

    /// <summary>By case.</summary>
    public static OutcomeSet Of(int count, Func<int, Outcome> outcome)
    {
        var words = (count + Bits - 1) / Bits;
        ulong[] canBeTrue = new ulong[words], canBeFalse = new ulong[words];
        for (var i = 0; i < count; i++)
        {
            var one = outcome(i);
            canBeTrue[i / Bits] |= (one & Outcome.True) != 0 ? 1UL << i : 0;
            canBeFalse[i / Bits] |= (one & Outcome.False) != 0 ? 1UL << i : 0;
        }

        return new OutcomeSet(count, canBeTrue, canBeFalse);
    }

    /// <summary>Of the opposite condition.</summary>
    public OutcomeSet Not() => new(count, canBeFalse, canBeTrue);

    /// <summary>Of both conditions together.</summary>
    public OutcomeSet And(OutcomeSet other)
    {
        ulong[] both = new ulong[canBeTrue.Length], one = new ulong[canBeTrue.Length];
        for (var i = 0; i < both.Length; i++)
        {
            both[i] = canBeTrue[i] & other.canBeTrue[i];
            one[i] = canBeFalse[i] | other.canBeFalse[i];
        }

        return new OutcomeSet(count, both, one);
    }

    /// <summary>Of one of both conditions.</summary>
    public OutcomeSet Or(OutcomeSet other) => Not().And(other.Not()).Not();

    /// <summary>In which cases it can be true.</summary>
    public bool[] WhereTrue()
    {
        var where = new bool[count];
        for (var i = 0; i < count; i++)
        {
            where[i] = (canBeTrue[i / Bits] >> i & 1) != 0;
        }

        return where;
    }
}
