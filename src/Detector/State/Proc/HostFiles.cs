using System.Globalization;
using System.Net.NetworkInformation;
using System.Text;

namespace Saker.Detector.State.Proc;

/// <summary>Users, groups and addresses of the host.</summary>
internal static class HostFiles
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads <c>/etc/passwd</c> and <c>/etc/group</c> under the host's root (empty, or <c>HOST_ROOT</c>).</summary>
    public static void ReadUsers(MachineState state, string hostRoot)
    {
        foreach (var row in Rows(hostRoot + "/etc/passwd"))
        {
            if (row.Length >= 7 && TryId(row[2], out var uid) && TryId(row[3], out var gid))
            {
                state.Users.Set(uid, gid, Encoding.UTF8.GetBytes(row[0]), Encoding.UTF8.GetBytes(row[5]), Encoding.UTF8.GetBytes(row[6]));
            }
        }

        foreach (var row in Rows(hostRoot + "/etc/group"))
        {
            if (row.Length >= 3 && TryId(row[2], out var gid))
            {
                state.Users.Set(gid, Encoding.UTF8.GetBytes(row[0]));
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

    private static IEnumerable<string[]> Rows(string path)
    {
        var info = new FileInfo(path);
        return info.Exists && info.Length <= MaxBytes ? File.ReadLines(path).Select(static line => line.Split(':')) : [];
    }

    private static bool TryId(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
