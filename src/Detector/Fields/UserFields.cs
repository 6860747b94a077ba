using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of who the process runs as: <c>user.*</c> and <c>group.*</c>.</summary>
internal static class UserFields
{
    public static void Register(FieldRegistry registry)
    {
        registry.Add("user.uid", static (c, _) => c.Thread is { } t ? Value.UInt64(t.Uid) : Value.None);
        registry.Add("user.name", static (c, _) => User(c) is { } user ? Value.Bytes(user.Name) : Unnamed(c, c.Thread?.Uid, "root"u8));
        registry.Add("user.homedir", static (c, _) => User(c) is { } user ? Value.Bytes(user.Home) : Unnamed(c, c.Thread?.Uid, "/root"u8));
        registry.Add("user.shell", static (c, _) => User(c) is { } user ? Value.Bytes(user.Shell) : Unnamed(c, c.Thread?.Uid, default));
        registry.Add("user.loginuid", static (c, _) => c.Thread is { } t ? Value.Int64((int)t.LoginUid) : Value.None);
        registry.Add("user.loginname", static (c, _) => c.Thread is not { } t ? Value.None
            : c.State.Users.User(t.LoginUid) is { } user && t.LoginUid != uint.MaxValue ? Value.Bytes(user.Name) : Value.Bytes("<NA>"u8));
        registry.Add("group.gid", static (c, _) => c.Thread is { } t ? Value.UInt64(t.Gid) : Value.None);
        registry.Add("group.name", static (c, _) => c.Thread is { } t && UsersOf(c)?.Group(t.Gid) is { } group
            ? Value.Bytes(group.Name)
            : Unnamed(c, c.Thread?.Gid, "root"u8));
    }

    private static UserEntry? User(EventContext context) => context.Thread is { } thread ? UsersOf(context)?.User(thread.Uid) : null;

    /// <summary>The list that counts for the event's process: a container has one of its own, which may not be known.</summary>
    private static UserTable? UsersOf(EventContext context) =>
        context.Container is not { } container ? null : container.IsHost ? context.State.Users : container.Users;

    private static Value Unnamed(EventContext context, uint? id, ReadOnlySpan<byte> ofRoot) =>
        context.Thread is null ? Value.None : Value.Bytes(id == 0 && !ofRoot.IsEmpty ? ofRoot : "<NA>"u8);
}
