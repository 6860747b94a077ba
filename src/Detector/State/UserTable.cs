namespace Saker.Detector.State;

/// <summary>A user, as /etc/passwd or a capture's list names it.</summary>
internal sealed record UserEntry(uint Uid, uint Gid, byte[] Name, byte[] Home, byte[] Shell);

/// <summary>A group, as /etc/group or a capture's list names it.</summary>
internal sealed record GroupEntry(uint Gid, byte[] Name);

/// <summary>
/// Users and groups of the host, or of a container. Texts stand at fixed addresses. Bounded.
/// </summary>
internal sealed class UserTable
{
    private const int MaxEntries = 64 * 1024;

    private readonly Dictionary<uint, UserEntry> users = [];
    private readonly Dictionary<uint, GroupEntry> groups = [];

    /// <summary>Users and groups that it has.</summary>
    public int Count => users.Count + groups.Count;

    /// <summary>All users, in no order.</summary>
    public IEnumerable<UserEntry> AllUsers => users.Values;

    /// <summary>All groups, in no order.</summary>
    public IEnumerable<GroupEntry> AllGroups => groups.Values;

    /// <summary>The user of that number, or null.</summary>
    public UserEntry? User(uint uid) => users.GetValueOrDefault(uid);

    /// <summary>The group of that number, or null.</summary>
    public GroupEntry? Group(uint gid) => groups.GetValueOrDefault(gid);

    /// <summary>Adds or replaces a user.</summary>
    public void Set(uint uid, uint gid, ReadOnlySpan<byte> name, ReadOnlySpan<byte> home, ReadOnlySpan<byte> shell)
    {
        if (users.TryGetValue(uid, out var old))
        {
            if (old.Gid == gid && name.SequenceEqual(old.Name) && home.SequenceEqual(old.Home) && shell.SequenceEqual(old.Shell))
            {
                return;
            }
        }
        else if (users.Count >= MaxEntries)
        {
            return;
        }

        users[uid] = new UserEntry(uid, gid, Events.PinnedBytes.Of(name), Events.PinnedBytes.Of(home), Events.PinnedBytes.Of(shell));
    }

    /// <summary>Adds or replaces a group.</summary>
    public void Set(uint gid, ReadOnlySpan<byte> name)
    {
        if (groups.TryGetValue(gid, out var old) ? name.SequenceEqual(old.Name) : groups.Count >= MaxEntries)
        {
            return;
        }

        groups[gid] = new GroupEntry(gid, Events.PinnedBytes.Of(name));
    }

    /// <summary>Forgets a user.</summary>
    public void RemoveUser(uint uid) => users.Remove(uid);

    /// <summary>Forgets a group.</summary>
    public void RemoveGroup(uint gid) => groups.Remove(gid);
}
