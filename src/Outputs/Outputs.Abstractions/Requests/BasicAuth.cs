using Saker.Alerts;
using Saker.Http;

namespace Saker.Outputs.Requests;

/// <summary>User and password as a header (RFC 7617).</summary>
public static class BasicAuth
{
    /// <summary>The header; none unless both are set.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Header(string user, Secret password)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        return user.Length == 0 || password.IsEmpty ? [] : [new("Authorization", $"Basic {BasicCredentials.Of($"{user}:{password.Reveal()}")}")];
    }
}
