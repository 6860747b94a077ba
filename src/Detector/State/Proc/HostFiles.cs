using System.Globalization;
using System.Net.NetworkInformation;
using System.Text;

namespace Saker.Detector.State.Proc;

/// <summary>Users, groups and addresses of the host.</summary>
internal static class HostFiles
{
    /// <summary>Bytes of a list of users or groups at most.</summary>
    public const int MaxBytes = 1 << 20;

    // Characters of what is taken from such a list: a container's owner may write anything into it, and alerts show it.
    private const int MaxName = 256; // Linux's LOGIN_NAME_MAX
    private const int MaxPath = 1024;

    /// <summary>Reads <c>/etc/passwd</c> and <c>/etc/group</c> under the host's root (empty, or <c>HOST_ROOT</c>).</summary>
    public static void ReadUsers(MachineState state, string hostRoot)
    {
        var root = hostRoot.Length == 0 ? "/" : hostRoot;
        AddUsers(state.Users, RootedFile.Read(root, "etc/passwd", MaxBytes), RootedFile.Read(root, "etc/group", MaxBytes));
    }

    /// <summary>Adds users and groups from the lines of such files; what is no such line is passed over.</summary>
    /// <param name="users">Gets them.</param>
    /// <param name="passwd">The content of passwd; null for none.</param>
    /// <param name="group">The content of group; null for none.</param>
    public static void AddUsers(UserTable users, byte[]? passwd, byte[]? group)
    {
        foreach (var row in Rows(passwd))
        {
            if (row.Length >= 7 && TryId(row[2], out var uid) && TryId(row[3], out var gid))
            {
                users.Set(uid, gid, Bytes(row[0], MaxName), Bytes(row[5], MaxPath), Bytes(row[6], MaxPath));
            }
        }

        foreach (var row in Rows(group))
        {
            if (row.Length >= 3 && TryId(row[2], out var gid))
            {
                users.Set(gid, Bytes(row[0], MaxName));
            }
        }
    }

    /// <summary>Reads the addresses of this network namespace's interfaces.</summary>
    public static void ReadInterfaces(MachineState state)
    {
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var address in card.GetIPProperties().UnicastAddresses)
            {
                state.Interfaces.Add(address.Address.GetAddressBytes());
            }
        }
    }

    private static IEnumerable<string[]> Rows(byte[]? content) =>
        content is null ? [] : Encoding.UTF8.GetString(content).Split('\n').Select(static line => line.TrimEnd('\r').Split(':'));

    private static byte[] Bytes(string text, int limit) => Encoding.UTF8.GetBytes(text.Length > limit ? text[..limit] : text);

    private static bool TryId(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
