namespace Saker.Router.Reload;

/// <summary>What is said of readings of the configuration. Event ids 3520 to 3539; an id is never used again for something else.</summary>
internal static partial class ReloadMessages
{
    [LoggerMessage(3520, LogLevel.Information, "Configuration read again ({Cause}) and in effect: outputs added: {Added}; changed: {Changed}; removed: {Removed}; unchanged: {Unchanged}; settings: {Settings}.")]
    public static partial void Applied(ILogger logger, string cause, string added, string changed, string removed, int unchanged, string settings);

    [LoggerMessage(3521, LogLevel.Information, "Configuration read again ({Cause}): nothing changed.")]
    public static partial void Unchanged(ILogger logger, string cause);

    [LoggerMessage(3522, LogLevel.Error, "Configuration read again ({Cause}) and refused for the faults above; the one before stays in effect.")]
    public static partial void Refused(ILogger logger, string cause);

    [LoggerMessage(3523, LogLevel.Warning, "These keys take effect with the next start only: {Keys}.")]
    public static partial void NeedsRestart(ILogger logger, string keys);

    [LoggerMessage(3524, LogLevel.Error, "Configuration read again ({Cause}): going over to it failed unexpectedly. Read it once more with SIGHUP, or start the router anew.")]
    public static partial void Failed(ILogger logger, Exception exception, string cause);

    [LoggerMessage(3525, LogLevel.Error, "The certificate towards senders could not be read again, and the one before stays in use: {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);
}
