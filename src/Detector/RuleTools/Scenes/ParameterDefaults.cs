using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>What the kernel would have told of a call beside what somebody wrote: that it worked, the new descriptor, the working directory.</summary>
/// <param name="definition">The event.</param>
/// <param name="process">The process that it happens in.</param>
/// <param name="given">What was written, by name.</param>
/// <param name="told">What is told of the process itself, by name.</param>
internal sealed class ParameterDefaults(EventDefinition definition, PlacedProcess process, Dictionary<string, byte[]> given, Dictionary<string, byte[]> told)
{
    private const string Address = "addr", Pair = "tuple";

    /// <summary>The call, for the one event that stands for many; 0 for others.</summary>
    public int Call { get; init; }

    /// <summary>Gives an id to a child.</summary>
    public required Func<long> NewPid { get; init; }

    /// <summary>Makes a socket for an address, before the scene.</summary>
    public required Func<byte[], long> OpenSocket { get; init; }

    private bool MakesDescriptor => (definition.Flags & EventFlags.CreatesFd) != 0 && definition.Find("fd1") < 0;

    /// <summary>The value of a parameter that was not written; null for one that is absent.</summary>
    public byte[]? Of(int index)
    {
        var parameter = definition.Parameters[index];
        if (parameter.Name != "res" && told.TryGetValue(parameter.Name, out var known))
        {
            return known;
        }

        if (index == definition.ResultParameter || (index == 0 && parameter.Name is "res" or "fd" && MakesDescriptor))
        {
            return Result(parameter);
        }

        return parameter switch
        {
            { Name: Address, Type: ParameterType.SockAddr } => given.TryGetValue(Pair, out var pair) ? AddressOf(pair) : null,
            { Name: Pair, Type: ParameterType.SockTuple } => given.TryGetValue(Address, out var address) ? PairTo(address) : null,
            { Name: "fd" or "oldfd" or "fd_in" or "fd_out", Type: ParameterType.Fd } => Descriptor(parameter),
            { Name: "fd1" or "fd2" } => Next(),
            { Type: ParameterType.Fd } when IsDirectory(parameter.Name) => WireEvent.Number(parameter.Type, MachineState.AtWorkingDirectory),
            { Type: ParameterType.SyscallId } when Call > 0 => WireEvent.Number(parameter.Type, Call),
            _ => null,
        };
    }

    /// <summary>Remembers the descriptor that the call made.</summary>
    public void Took(IReadOnlyList<byte[]?> values)
    {
        if (MakesDescriptor && values[0] is { Length: sizeof(long) } made && BitConverter.ToInt64(made) is >= 0 and var number)
        {
            process.Opened(number, definition.Number == (int)EventType.SocketExit);
        }
    }

    private byte[] Result(ParameterDefinition parameter)
    {
        var value = parameter.Name switch
        {
            _ when MakesDescriptor => given.TryGetValue("newfd", out var wanted) ? BitConverter.ToInt64(wanted) : process.NextDescriptor,
            "uid" or "euid" => process.Looks.User.Uid,
            "gid" or "egid" => process.Looks.User.Gid,
            _ when definition.Name == "setsid" => process.Tid,
            _ when told.Count > 0 && parameter.Type == ParameterType.Pid => NewPid(),
            _ => 0,
        };
        return WireEvent.Number(parameter.Type, value);
    }

    private byte[]? Descriptor(ParameterDefinition parameter)
    {
        if (definition.Name == "connect" && (given.GetValueOrDefault(Pair) ?? given.GetValueOrDefault(Address)) is { } end && !process.IsLastSocket)
        {
            return WireEvent.Number(parameter.Type, OpenSocket(end));
        }

        return process.LastDescriptor < 0 ? null : WireEvent.Number(parameter.Type, process.LastDescriptor);
    }

    private byte[] Next()
    {
        var number = process.NextDescriptor;
        process.Opened(number);
        return BitConverter.GetBytes(number);
    }

    // The directories that relative paths start from are descriptors too.
    private static bool IsDirectory(string name) => name.EndsWith("dirfd", StringComparison.Ordinal) || name is "olddir" or "newdir";

    // The other end is the second half of what follows the family.
    private static byte[] AddressOf(byte[] pair) => pair[0] == SocketAddress.Unix
        ? [pair[0], .. pair[(1 + (2 * sizeof(ulong)))..]]
        : [pair[0], .. pair[(1 + ((pair.Length - 1) / 2))..]];

    private static byte[]? PairTo(byte[] address)
    {
        if (!SocketAddress.TryParse(address, out var end))
        {
            return null;
        }

        return SocketText.PairTo(end.Ip.IsEmpty
            ? System.Text.Encoding.UTF8.GetString(end.Path)
            : new System.Net.IPEndPoint(new System.Net.IPAddress(end.Ip), end.Port).ToString());
    }
}
