using System.Text.RegularExpressions;

namespace Saker.Settings;

/// <summary>
/// The variables that Kubernetes sets for each service of a namespace
/// (https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables).
/// A service that is named like an output makes <c>NAME_PORT=tcp://10.0.0.1:80</c>, which is no port number of anybody.
/// </summary>
internal static partial class ServiceLinks
{
    public static bool IsLink(string name, string value) =>
        (name.EndsWith("_PORT", StringComparison.Ordinal) && LinkUrl().IsMatch(value)) || LinkName().IsMatch(name);

    [GeneratedRegex(@"^(tcp|udp|sctp)://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LinkUrl();

    [GeneratedRegex(@"_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$", RegexOptions.CultureInvariant)]
    private static partial Regex LinkName();
}
