using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Saker.Detector.Scap;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Detector.State.Proc;
using Saker.Detector.Tests.Fields;

namespace Saker.Detector.Tests.State;

/// <summary>
/// Connections over IPv4 through sockets of IPv6 (servers in Java, Go and Python have such) are told as what they are, by every
/// call and list that tells ends.
/// </summary>
public sealed unsafe class Addresses : IDisposable
{
    private const string Ends = "fd.type fd.typechar fd.l4proto fd.name fd.cip fd.cport fd.sip fd.sport fd.is_server";

    private readonly FieldProbe probe = new();

    public Addresses()
    {
        probe.State.Interfaces.Add([127, 0, 0, 1]);
        probe.State.Interfaces.Add([192, 0, 2, 7]);
        probe.State.Interfaces.Add(IPAddress.Parse("fe80::7").GetAddressBytes());
        probe.Events.Exec(10, "server");
    }

    public void Dispose() => probe.Dispose();

    [Fact]
    public void A_client_that_a_dual_stack_server_accepts_is_of_IPv4()
    {
        Socket(3, 10, 1);
        Assert.Equal("ipv6 :::80", probe.Show("fd.type fd.name", EventType.BindExit, 10, ("res", 0), ("fd", 3), ("addr", Address("::", 80))));
        Assert.Equal("ipv4 4 tcp 127.0.0.1:4000->127.0.0.1:80 127.0.0.1 4000 127.0.0.1 80 true",
            probe.Show(Ends, EventType.Accept4V6Exit, 10, ("fd", 4), ("tuple", Tuple("::ffff:127.0.0.1", 4000, "::ffff:127.0.0.1", 80))));
        Assert.Equal("198.51.100.9:4000->192.0.2.7:80 192.0.2.7 80 198.51.100.9 4000", probe.Show("evt.arg.tuple fd.lip fd.lport fd.rip fd.rport", EventType.AcceptV5Exit, 10, ("fd", 4), ("tuple", Tuple("::ffff:198.51.100.9", 4000, "::ffff:192.0.2.7", 80))));
    }

    [Fact]
    public void A_connection_that_a_dual_stack_client_makes_is_of_IPv4_with_its_own_end_as_the_local_one()
    {
        Socket(3, 10, 1);
        Assert.Equal("ipv4 4 tcp 192.0.2.7:4000->198.51.100.9:80 192.0.2.7 4000 198.51.100.9 80 false 192.0.2.7 4000 198.51.100.9 80",
            probe.Show(Ends + " fd.lip fd.lport fd.rip fd.rport", EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", Tuple("::ffff:192.0.2.7", 4000, "::ffff:198.51.100.9", 80))));
    }

    [Fact]
    public void A_connect_whose_end_is_told_by_its_start_alone_is_of_IPv4()
    {
        Socket(3, 10, 1);
        probe.Events.Send(EventType.ConnectEnter, 10, ("fd", 3), ("addr", Address("::ffff:198.51.100.9", 80)));
        Assert.Equal("ipv4 0.0.0.0:0->198.51.100.9:80", probe.Show("fd.type fd.name", EventType.ConnectExit, 10, ("res", -115), ("fd", 3)));
    }

    [Fact]
    public void A_socket_that_is_bound_to_a_mapped_address_is_a_server_of_IPv4_named_as_the_call_did()
    {
        Socket(3, 10, 1);
        Assert.Equal("ipv4 ::ffff:127.0.0.1:80 127.0.0.1 80 ::ffff:127.0.0.1:80",
            probe.Show("fd.type fd.name fd.sip fd.sport evt.arg.addr", EventType.BindExit, 10, ("res", 0), ("fd", 3), ("addr", Address("::ffff:127.0.0.1", 80))));
    }

    [Fact]
    public void True_IPv6_stays_what_it_is()
    {
        Socket(3, 10, 1);
        Assert.Equal("ipv6 6 tcp ::1:4000->::1:80 ::1 4000 ::1 80 false",
            probe.Show(Ends, EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", Tuple("::1", 4000, "::1", 80))));
    }

    [Theory]
    [InlineData(EventType.RecvfromExit)]
    [InlineData(EventType.RecvmsgExit)]
    [InlineData(EventType.RecvmmsgExit)]
    [InlineData(EventType.RecvExit)]
    public void A_datagram_from_a_client_of_IPv4_shows_it_although_the_server_is_bound_to_any_address(object type)
    {
        Socket(3, 10, 2);
        probe.Events.Send(EventType.BindExit, 10, ("res", 0), ("fd", 3), ("addr", Address("::", 53)));
        Assert.Equal("ipv4 4 udp 127.0.0.1:4000->127.0.0.1:53 127.0.0.1 4000 127.0.0.1 53 true",
            probe.Show(Ends, (EventType)type, 10, ("res", 1), ("fd", 3), ("tuple", Tuple("::ffff:127.0.0.1", 4000, "::", 53))));
    }

    [Theory]
    [InlineData(EventType.SendtoExit)]
    [InlineData(EventType.SendmsgExit)]
    [InlineData(EventType.SendmmsgExit)]
    [InlineData(EventType.SendExit)]
    public void A_datagram_to_a_server_of_IPv4_shows_both_ends(object type)
    {
        Socket(3, 10, 2);
        Assert.Equal("ipv4 4 udp 192.0.2.7:4000->198.51.100.9:53 192.0.2.7 4000 198.51.100.9 53 false",
            probe.Show(Ends, (EventType)type, 10, ("res", 1), ("fd", 3), ("tuple", Tuple("::", 4000, "::ffff:198.51.100.9", 53))));
    }

    [Theory]
    [InlineData("192.0.2.7", "198.51.100.9")]
    [InlineData("::ffff:192.0.2.7", "::ffff:198.51.100.9")]
    public void A_datagram_server_that_connects_to_who_asked_stays_the_server(string own, string peer)
    {
        Socket(3, own.Contains(':', StringComparison.Ordinal) ? 10 : 2, 2);
        probe.Events.Send(EventType.RecvfromExit, 10, ("res", 1), ("fd", 3), ("tuple", Tuple(peer, 4000, own, 53)));
        Assert.Equal("ipv4 4 udp 198.51.100.9:4000->192.0.2.7:53 198.51.100.9 4000 192.0.2.7 53 true",
            probe.Show(Ends, EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", Tuple(own, 53, peer, 4000))));
    }

    [Fact]
    public void A_descriptor_as_an_argument_is_told_with_its_true_family()
    {
        Socket(3, 10, 1);
        probe.Events.Send(EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", Tuple("::ffff:192.0.2.7", 4000, "::ffff:198.51.100.9", 80)));
        Assert.Equal("<4t>192.0.2.7:4000->198.51.100.9:80", probe.Show("evt.arg.fd", EventType.CloseExit, 10, ("res", 0), ("fd", 3)));
    }

    [Fact]
    public void Addresses_are_written_as_others_write_them()
    {
        Assert.Equal("::ffff:1.2.3.4:1", Written("::ffff:1.2.3.4"));
        Assert.Equal("::1.2.3.4:1", Written("::1.2.3.4"));
        Assert.Equal("::1:1", Written("::1"));
        Assert.Equal(":::1", Written("::"));
        Assert.Equal("2001:db8::1:0:0:2:1", Written("2001:db8:0:0:1:0:0:2"));

        static string Written(string address)
        {
            var writer = new Utf8Writer(new byte[64]);
            writer.AddEnd(IPAddress.Parse(address).GetAddressBytes(), 1);
            return Encoding.UTF8.GetString(writer.Written);
        }
    }

    [Fact]
    public void Sockets_that_are_found_in_proc_are_told_alike()
    {
        using var dual = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        dual.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        dual.Listen();
        using var client = new TcpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, ((IPEndPoint)dual.LocalEndPoint!).Port);
        using var accepted = dual.Accept();
        using var bound = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        bound.Bind(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 0));

        new ProcScanner("/proc", TimeProvider.System).ScanAll(probe.State);
        Assert.Equal($"Ipv4Socket 127.0.0.1:{Port(dual.LocalEndPoint!)}->127.0.0.1:{Port(client.Client.LocalEndPoint!)}", Found(accepted));
        Assert.Equal($"Ipv4Server 127.0.0.1:{Port(bound.LocalEndPoint!)}", Found(bound));
        Assert.Equal($"Ipv6Server :::{Port(dual.LocalEndPoint!)}", Found(dual));

        static int Port(EndPoint end) => ((IPEndPoint)end).Port;
    }

    [Fact]
    public void Sockets_in_the_lists_of_a_capture_are_told_alike()
    {
        var list = new ListWriter().I64(10);
        Add(list, 5, FdKind.Ipv6Socket, entry => entry.Bytes(Ip("::ffff:198.51.100.9")).Bytes(Ip("::ffff:192.0.2.7")).U16(4000).U16(80).U8(2));
        Add(list, 6, FdKind.Ipv6Server, entry => entry.Bytes(Ip("::ffff:127.0.0.1")).U16(80).U8(2));
        Add(list, 7, FdKind.Ipv6Socket, entry => entry.Bytes(Ip("::1")).Bytes(Ip("::ffff:192.0.2.7")).U16(1).U16(2).U8(2));
        DescriptorLists.Read(list.Written, probe.State);
        Assert.Equal("Ipv4Socket 198.51.100.9:4000->192.0.2.7:80", Found(5));
        Assert.Equal("Ipv4Server 127.0.0.1:80", Found(6));
        Assert.Equal("Ipv6Socket ::1:1->::ffff:192.0.2.7:2", Found(7));

        // And so they are written.
        var written = new MemoryStream();
        using (var writer = new CaptureWriter(written, compress: false))
        {
            new StateListWriter(writer).Write(probe.State);
        }

        using var again = new MachineState();
        using var source = new CaptureSource(new MemoryStream(written.ToArray()), again);
        source.Start(new Detector.Capture.SourceSettings { SystemCalls = new HashSet<int>() });
        Assert.Equal("Ipv4Socket 198.51.100.9:4000->192.0.2.7:80", Describe(again.Threads.Find(10)!.Fds.Find(5)));
    }

    private static byte[] Ip(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static byte[] Address(string ip, ushort port) => [Family(ip), .. Ip(ip), .. Port(port)];

    private static byte[] Tuple(string source, ushort sourcePort, string destination, ushort destinationPort) =>
        [Family(source), .. Ip(source), .. Port(sourcePort), .. Ip(destination), .. Port(destinationPort)];

    private static byte Family(string ip) => Ip(ip).Length == 4 ? (byte)2 : (byte)10;

    private static byte[] Port(ushort port)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, port);
        return bytes;
    }

    private static void Add(ListWriter list, long number, FdKind kind, Action<ListWriter> rest)
    {
        var entry = new ListWriter().I64(number).U64(0).U8((byte)kind);
        rest(entry);
        list.U32((uint)(entry.Written.Length + sizeof(uint))).Bytes(entry.Written);
    }

    private static string Describe(FdEntry* entry) => $"{entry->Kind} {Encoding.UTF8.GetString(entry->Name.Span)}";

    private string Found(long number) => Describe(probe.State.Threads.Find(10)!.Fds.Find(number));

    private string Found(Socket socket) => Describe(probe.State.Threads.Find(Environment.ProcessId)!.Fds.Find((long)socket.Handle));

    private void Socket(long fd, int domain, int type) =>
        probe.Events.Send(EventType.SocketExit, 10, ("fd", fd), ("domain", domain), ("type", type));
}
