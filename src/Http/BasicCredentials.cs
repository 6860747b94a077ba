using System.Text;

namespace Saker.Http;

/// <summary>User and password as HTTP's Basic scheme has them (RFC 7617).</summary>
public static class BasicCredentials
{
    /// <summary>What stands behind <c>Basic</c>.</summary>
    /// <param name="credentials">User, colon, password.</param>
    public static string Of(string credentials) => Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    /// <summary>The same for a URL that holds them; empty for one that does not.</summary>
    public static string Of(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.UserInfo.Length == 0 ? "" : Of(Uri.UnescapeDataString(url.UserInfo));
    }
}
