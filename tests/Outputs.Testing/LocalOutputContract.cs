using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output on this machine must do.</summary>
/// <param name="registration">The output.</param>
public abstract class LocalOutputContract(OutputRegistration registration) : OutputContract(registration)
{
    /// <summary>The least keys that switch it on.</summary>
    protected abstract IReadOnlyDictionary<string, string?> MinimalConfig { get; }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string?> AnyConfig => MinimalConfig;

    /// <summary>A word that is none of a key's is told.</summary>
    [Fact]
    public async Task An_unknown_word_is_a_fault()
    {
        foreach (var (path, key) in TextKeys().Where(static one => one.Key.Words.Count > 0))
        {
            await using var tested = TestedOutput.Create(Registration, With(path, "no-such-word"));
            Assert.Contains(tested.Faults, fault => fault.Contains($"{TestedOutput.Path}.{path}", StringComparison.Ordinal) && fault.Contains(key.Words[0], StringComparison.Ordinal));
        }
    }
}
