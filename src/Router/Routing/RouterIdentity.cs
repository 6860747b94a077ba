using System.Security.Cryptography;

namespace Saker.Router.Routing;

/// <summary>The name under which this router stands on the way of an alert.</summary>
internal static class RouterIdentity
{
    /// <summary>
    /// The host's name, for people, and a random number: replicas, and machines of one name, are not one another. A router that has started anew
    /// is another one, so that an alert may go round a circle once more after a restart.
    /// </summary>
    public static string OfProcess { get; } = $"{Environment.MachineName}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
}
