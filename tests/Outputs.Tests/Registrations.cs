using Saker.Outputs.Aws;
using Saker.Outputs.Http;
using Saker.Outputs.Local;
using Saker.Outputs.Mail;
using Saker.Outputs.Messaging;
using Saker.Outputs.Sql;

namespace Saker.Outputs.Tests;

/// <summary>The outputs by their type.</summary>
internal static class Registrations
{
    private static readonly IReadOnlyList<OutputRegistration> All = [.. AwsOutputs.All, .. HttpOutputs.All, .. LocalOutputs.All, .. MailOutputs.All, .. MessagingOutputs.All, .. SqlOutputs.All];

    /// <summary>The output of a type.</summary>
    public static OutputRegistration Of(string type) => All.Single(output => output.Descriptor.Type == type);
}
