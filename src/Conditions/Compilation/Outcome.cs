namespace Saker.Conditions.Compilation;

/// <summary>How a condition can turn out.</summary>
[Flags]
internal enum Outcome : byte
{
    /// <summary>It can be true.</summary>
    True = 1,

    /// <summary>It can be false.</summary>
    False = 2,

    /// <summary>It can be either.</summary>
    Either = True | False,
}

/// <summary>How outcomes come together.</summary>
internal static class Outcomes
{
    public static Outcome Of(bool value) => value ? Outcome.True : Outcome.False;

    public static Outcome Not(Outcome outcome) => outcome switch
    {
        Outcome.True => Outcome.False,
        Outcome.False => Outcome.True,
        _ => outcome,
    };

    public static Outcome And(Outcome left, Outcome right) => (left & right & Outcome.True) | ((left | right) & Outcome.False);

    public static Outcome Or(Outcome left, Outcome right) => Not(And(Not(left), Not(right)));
}
