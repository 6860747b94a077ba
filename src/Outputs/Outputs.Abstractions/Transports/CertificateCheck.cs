using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Saker.Outputs.Transports;

/// <summary>The check of a server's certificate for SDKs that want a callback, with words that <see cref="ConnectionWords"/> understands.</summary>
public static class CertificateCheck
{
    /// <summary>True for a certificate in which TLS found no fault.</summary>
    /// <exception cref="AuthenticationException">There is a fault; the message names it as .NET's own check does.</exception>
    public static bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => errors == SslPolicyErrors.None
        ? true
        : throw new AuthenticationException($"{errors}: {string.Join(", ", chain?.ChainStatus.Select(static status => status.Status) ?? [])}");
}
