using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Saker.Detector.State.Proc;

/// <summary>Sockets of the host's network namespace by inode, from <c>/proc/net</c>. Used while the machine is scanned.</summary>
internal sealed unsafe class SocketList
{
    private const int MaxSockets = 256 * 1024;

    private readonly Dictionary<ulong, (FdKind Kind, SocketProtocol Protocol, byte[] Local, ushort LocalPort, byte[] Remote, ushort RemotePort, string Path)> sockets = [];

    /// <summary>Reads the lists that the machine has.</summary>
    public void Load(string proc)
    {
        LoadInternet($"{proc}/1/net/tcp", SocketProtocol.Tcp);
        LoadInternet($"{proc}/1/net/udp", SocketProtocol.Udp);
        LoadInternet($"{proc}/1/net/tcp6", SocketProtocol.Tcp);
        LoadInternet($"{proc}/1/net/udp6", SocketProtocol.Udp);
        LoadUnix($"{proc}/1/net/unix");
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => sockets.Clear();

    /// <summary>Tells a descriptor what socket its inode is; of another network namespace, only that it is one.</summary>
    public void Apply(MachineState state, FdEntry* entry)
    {
        if (!sockets.TryGetValue(entry->Inode, out var socket))
        {
            return;
        }

        entry->Kind = socket.Kind;
        entry->Protocol = socket.Protocol;
        if (socket.Kind == FdKind.UnixSocket)
        {
            entry->Name = state.Texts.Add(Encoding.UTF8.GetBytes(socket.Path));
            return;
        }

        var isServer = socket.Kind is FdKind.Ipv4Server or FdKind.Ipv6Server;
        (isServer ? socket.Local : socket.Remote).CopyTo(MemoryMarshal.CreateSpan(ref entry->Destination[0], 16));
        entry->DestinationPort = isServer ? socket.LocalPort : socket.RemotePort;
        if (isServer)
        {
            entry->State |= FdState.RoleServer;
        }
        else
        {
            socket.Local.CopyTo(MemoryMarshal.CreateSpan(ref entry->Source[0], 16));
            entry->SourcePort = socket.LocalPort;
            entry->State |= FdState.Connected;
        }

        Span<byte> buffer = stackalloc byte[128];
        entry->Name = state.Texts.Add(SocketAddress.Write(entry, buffer));
    }

    private void LoadInternet(string path, SocketProtocol protocol)
    {
        foreach (var words in Rows(path))
        {
            if (words.Length < 10 || !TryEnd(words[1], out var local, out var localPort) || !TryEnd(words[2], out var remote, out var remotePort)
                || !ulong.TryParse(words[9], out var inode) || inode == 0)
            {
                continue;
            }

            var isServer = remotePort == 0;
            // A connection over IPv4 through a socket of IPv6 is one of IPv4.
            if (SocketAddress.IsMapped(local) && (isServer || SocketAddress.IsMapped(remote)))
            {
                (local, remote) = (SocketAddress.Unmap(local).ToArray(), SocketAddress.Unmap(remote).ToArray());
            }

            var kind = local.Length == 4 ? (isServer ? FdKind.Ipv4Server : FdKind.Ipv4Socket) : isServer ? FdKind.Ipv6Server : FdKind.Ipv6Socket;
            sockets[inode] = (kind, protocol, local, localPort, remote, remotePort, "");
        }
    }

    private void LoadUnix(string path)
    {
        foreach (var words in Rows(path))
        {
            if (words.Length >= 7 && ulong.TryParse(words[6], out var inode))
            {
                sockets[inode] = (FdKind.UnixSocket, SocketProtocol.NotApplicable, [], 0, [], 0, words.Length > 7 ? words[7] : "");
            }
        }
    }

    private List<string[]> Rows(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return File.ReadLines(path).Skip(1).Take(MaxSockets - sockets.Count)
                .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return []; // no such protocol in this kernel
        }
    }

    /// <summary>An address as the kernel prints it: words of 4 bytes in the machine's order, then the port, in hexadecimal.</summary>
    private static bool TryEnd(string text, out byte[] address, out ushort port)
    {
        address = [];
        port = 0;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out port))
        {
            return false;
        }

        address = new byte[colon / 2];
        for (var i = 0; i < address.Length; i += 4)
        {
            if (!uint.TryParse(text.AsSpan(i * 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var word))
            {
                return false;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(i), word);
        }

        return true;
    }
}
