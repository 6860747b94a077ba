using System.Globalization;
using System.Net.NetworkInformation;
using System.Text;

namespace Saker.Detector.State.Proc;

/// <summary>Users, groups and addresses of the host.</summary>
internal static class HostFiles
{
    /// <summary>Bytes of a list of users or groups at most.</summary>
    public const int MaxBytes = 1 << 20;

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
                users.Set(uid, gid, Encoding.UTF8.GetBytes(row[0]), Encoding.UTF8.GetBytes(row[5]), Encoding.UTF8.GetBytes(row[6]));
            }
        }

        foreach (var row in Rows(group))
        {
            if (row.Length >= 3 && TryId(row[2], out var gid))
            {
                users.Set(gid, Encoding.UTF8.GetBytes(row[0]));
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

    private static bool TryId(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
