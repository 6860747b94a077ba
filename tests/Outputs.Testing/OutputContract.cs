using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Saker.Settings;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What every output must do, whatever it speaks. A new output derives from the contract of its transport and says how it is configured.</summary>
/// <param name="registration">The output.</param>
public abstract class OutputContract(OutputRegistration registration)
{
    /// <summary>The output.</summary>
    public OutputRegistration Registration { get; } = registration;

    /// <summary>The keys that an instance needs, without a destination that could be reached.</summary>
    protected abstract IReadOnlyDictionary<string, string?> AnyConfig { get; }

    /// <summary>The contract that outputs of a transport must hold; those of a more general one are not enough.</summary>
    public static Type Of(OutputTransport transport) => transport switch
    {
        OutputTransport.Http => typeof(HttpOutputContract),
        OutputTransport.Local => typeof(LocalOutputContract),
        OutputTransport.Socket or OutputTransport.Messaging or OutputTransport.Sql => typeof(ServerOutputContract),
        _ => typeof(OutputContract),
    };

    /// <summary>Which facts apply follows from the descriptor; nobody chooses an easier contract.</summary>
    [Fact]
    public void The_contract_is_that_of_the_transport() => Assert.IsAssignableFrom(Of(Registration.Descriptor.Transport), this);

    /// <summary>8: options are closed, every key has a sentence and works as it is but for what is required.</summary>
    [Fact]
    public void Options_are_closed_and_complete()
    {
        var options = Registration.OptionsType;
        Assert.True(options.IsSealed);
        Assert.All(options.GetProperties().Where(static p => p.SetMethod is not null), static p =>
            Assert.Contains(p.SetMethod!.ReturnParameter.GetRequiredCustomModifiers(), static m => m.Name == "IsExternalInit"));
        var deciding = OptionSchema.For(options).Find(Registration.Descriptor.DecidingKey);
        Assert.NotNull(deciding);
        var required = options.GetProperties().Where(static p => p.IsDefined(typeof(RequiredAttribute))).Select(static p => p.Name.ToLowerInvariant());
        Assert.Subset(AnyConfig.Keys.ToHashSet(StringComparer.Ordinal), required.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>8: what is missing, unknown or misspelt is told with its path.</summary>
    [Fact]
    public async Task Options_are_checked_and_faults_name_the_key()
    {
        await using (var right = TestedOutput.Create(Registration, AnyConfig))
        {
            Assert.Empty(right.Faults);
        }

        await using var unknown = TestedOutput.Create(Registration, With("no-such-key", "x"));
        Assert.Contains(unknown.Faults, static fault => fault.Contains($"{TestedOutput.Path}.no-such-key", StringComparison.Ordinal));
        if (OptionSchema.For(Registration.OptionsType).Find(Registration.Descriptor.DecidingKey) is { IsRequired: true } deciding)
        {
            await using var missing = TestedOutput.Create(Registration, AnyConfig.Where(pair => pair.Key != deciding.Name).ToDictionary());
            Assert.Contains(missing.Faults, fault => fault.Contains($"{TestedOutput.Path}.{deciding.Name}", StringComparison.Ordinal));
        }
    }

    /// <summary>3: an attempt that was given up before it began does nothing, and is neither a retry nor a refusal.</summary>
    [Fact]
    public async Task A_cancelled_attempt_is_neither_retry_nor_refusal()
    {
        await using var tested = TestedOutput.Create(Registration, AnyConfig);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tested.Output.DeliverAsync([SampleAlerts.Full], new CancellationToken(canceled: true)));
    }

    /// <summary>10: an instance can be disposed of twice.</summary>
    [Fact]
    public async Task Dispose_is_quiet_and_repeatable()
    {
        await using var tested = TestedOutput.Create(Registration, AnyConfig);
        await tested.Output.DisposeAsync();
        await tested.Output.DisposeAsync();
    }

    /// <summary>An instance takes at least one alert at a time, and a batch has an end.</summary>
    [Fact]
    public async Task Batches_are_bounded()
    {
        await using var tested = TestedOutput.Create(Registration, AnyConfig);
        Assert.InRange(tested.Batch.Count, 1, 10_000);
        Assert.InRange(tested.Batch.Bytes, 1, long.MaxValue);
        Assert.InRange(tested.Batch.Linger, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    /// <summary>The keys with another.</summary>
    protected IReadOnlyDictionary<string, string?> With(string key, string? value) => new Dictionary<string, string?>(AnyConfig) { [key] = value };

    /// <summary>Every key that holds a text or a secret, with its path, the group's keys included.</summary>
    internal IEnumerable<(string Path, OptionKey Key)> TextKeys() =>
        TextKeys(OptionSchema.For(Registration.OptionsType), "").Concat(Registration.Group is { } group ? TextKeys(OptionSchema.For(group.OptionsType), group.Name) : []);

    private static IEnumerable<(string Path, OptionKey Key)> TextKeys(OptionSchema schema, string path)
    {
        foreach (var key in schema.Keys)
        {
            var keyPath = OptionsBinder.Join(path, key.Name);
            if (key.Kind == OptionKind.Section)
            {
                foreach (var nested in TextKeys(key.Section, keyPath))
                {
                    yield return nested;
                }
            }
            else if (key.Kind != OptionKind.Sections && (key.ValueType == typeof(string) || key.IsSecret))
            {
                yield return (keyPath, key);
            }
        }
    }
}
