using Saker.Outputs.Mail.Smtp;

namespace Saker.Outputs.Mail;

/// <summary>Outputs that send mail.</summary>
public static class MailOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<SmtpOutput, SmtpOptions>(),
    ];
}
