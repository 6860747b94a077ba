using System.Collections.Frozen;
using Saker.Outputs;
using Saker.Outputs.Aws;
using Saker.Outputs.Http;
using Saker.Outputs.Local;
using Saker.Outputs.Mail;
using Saker.Outputs.Messaging;
using Saker.Outputs.Sql;

namespace Saker.Router.Configuration;

/// <summary>Every output of this version: the lists of the output projects, side by side.</summary>
internal sealed class OutputCatalogue
{
    private readonly FrozenDictionary<string, OutputRegistration> byType;

    /// <exception cref="InvalidOperationException">Two outputs have one type.</exception>
    public OutputCatalogue(params IEnumerable<OutputRegistration> registrations)
    {
        All = [.. registrations.OrderBy(static registration => registration.Descriptor.Type, StringComparer.Ordinal)];
        if (All.CountBy(static registration => registration.Descriptor.Type).FirstOrDefault(static type => type.Value > 1).Key is { } twice)
        {
            throw new InvalidOperationException($"Two outputs have the type '{twice}'.");
        }

        byType = All.ToFrozenDictionary(static registration => registration.Descriptor.Type, StringComparer.OrdinalIgnoreCase);
    }

    public static OutputCatalogue Default { get; } =
        new([.. AwsOutputs.All, .. HttpOutputs.All, .. LocalOutputs.All, .. MailOutputs.All, .. MessagingOutputs.All, .. SqlOutputs.All]);

    /// <summary>The groups that outputs share, each once.</summary>
    public IEnumerable<OutputGroup> Groups => All.Select(static output => output.Group).OfType<OutputGroup>().Distinct();

    /// <summary>In alphabetic order of their types.</summary>
    public IReadOnlyList<OutputRegistration> All { get; }

    public OutputRegistration? Find(string type) => byType.GetValueOrDefault(type);
}
