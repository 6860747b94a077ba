using System.Globalization;

namespace Saker.Testing;

/// <summary>
/// How much chance the tests take: about ten thousand cases of one seed, the same each time. <c>eng/fuzz-router.sh</c> asks for more by
/// SAKER_FUZZ (cases in all) and SAKER_FUZZ_SEED.
/// </summary>
public static class Fuzz
{
    private const int Usual = 10_000;

    /// <summary>Where the random numbers begin.</summary>
    public static int Seed { get; } = Read("SAKER_FUZZ_SEED", 0);

    /// <summary>The cases of a test that has <paramref name="usual"/> of the ten thousand.</summary>
    public static int Rounds(int usual) => (int)Math.Max(1, (long)usual * Read("SAKER_FUZZ", Usual) / Usual);

    private static int Read(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
