using Saker.Outputs.Aws.Sns;

namespace Saker.Outputs.Aws;

/// <summary>Outputs to Amazon Web Services, in alphabetical order.</summary>
public static class AwsOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<SnsOutput, SnsOptions, AwsOptions>(),
    ];
}
