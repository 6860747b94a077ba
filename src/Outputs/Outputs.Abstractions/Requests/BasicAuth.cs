using System.Text;
using Saker.Alerts;

namespace Saker.Outputs.Requests;

/// <summary>User and password as a header (RFC 7617).</summary>
public static class BasicAuth
{
    /// <summary>The header; none unless both are set.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Header(string user, Secret password)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        return user.Length == 0 || password.IsEmpty ? [] : [new("Authorization", $"Basic {Encoded($"{user}:{password.Reveal()}")}")];
    }

    /// <summary>What stands behind <c>Basic</c> for an address that holds name and password; empty for one that does not.</summary>
    public static string Credentials(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.UserInfo.Length == 0 ? "" : Encoded(Uri.UnescapeDataString(address.UserInfo));
    }

    private static string Encoded(string credentials) => Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
}
