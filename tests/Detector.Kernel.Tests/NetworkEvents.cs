using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Saker.Detector.Kernel.Tests;

public sealed class NetworkEvents
{
    private static readonly Lazy<Act> Network = new(() => Live.Run("network"));

    [Fact]
    public void Connect_over_tcp_tells_both_ends()
    {
        var act = Network.Value;
        var connect = Assert.Single(act.Own("connect"), seen => seen["res"] == 0 && seen["fd"] == act["tcp.fd"]);
        var tuple = connect.Values["tuple"];
        Assert.Equal(13, tuple.Length);
        Assert.Equal(2, tuple[0]);
        Assert.Equal(IPAddress.Loopback.GetAddressBytes(), tuple[1..5]);
        Assert.Equal(act["tcp.source"], Port(tuple, 5));
        Assert.Equal(IPAddress.Loopback.GetAddressBytes(), tuple[7..11]);
        Assert.Equal(act["tcp.port"], Port(tuple, 11));
        Assert.Equal([2, 127, 0, 0, 1, (byte)act["tcp.port"], (byte)(act["tcp.port"] >> 8)], connect.Values["addr"]);
    }

    [Theory]
    [InlineData(-111)]
    [InlineData(-9)]
    public void Connect_that_failed_has_an_address_but_no_ends(int error)
    {
        var connect = Assert.Single(Network.Value.Own("connect"), seen => seen["res"] == error);
        Assert.Empty(connect.Values["tuple"]);
        Assert.Equal([2, 127, 0, 0, 1, 1, 0], connect.Values["addr"]);
    }

    [Fact]
    public void Connect_over_ipv6_tells_both_ends()
    {
        var act = Network.Value;
        if (!act.Values.ContainsKey("tcp6.port"))
        {
            Assert.Skip("This machine has no IPv6 loopback.");
        }

        var connect = Assert.Single(act.Own("connect"), seen => seen.Values["addr"] is [10, ..]);
        var tuple = connect.Values["tuple"];
        Assert.Equal(37, tuple.Length);
        Assert.Equal(IPAddress.IPv6Loopback.GetAddressBytes(), tuple[1..17]);
        Assert.NotEqual(0, Port(tuple, 17));
        Assert.Equal(IPAddress.IPv6Loopback.GetAddressBytes(), tuple[19..35]);
        Assert.Equal(act["tcp6.port"], Port(tuple, 35));
        Assert.Equal(tuple[19..], connect.Values["addr"][1..]);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("hidden")]
    public void Connect_over_a_unix_socket_tells_the_path(string path)
    {
        var connect = Assert.Single(Network.Value.Own("connect"), seen => Encoding.UTF8.GetString(seen.Values["addr"]) == $"\u0001{path}\0");
        var tuple = connect.Values["tuple"];
        Assert.Equal(1, tuple[0]);
        Assert.NotEqual(0, BinaryPrimitives.ReadInt64LittleEndian(tuple.AsSpan(1)));
        Assert.NotEqual(0, BinaryPrimitives.ReadInt64LittleEndian(tuple.AsSpan(9)));
        Assert.Equal(path + "\0", Encoding.UTF8.GetString(tuple, 17, tuple.Length - 17));
    }

    [Fact]
    public void Connect_that_takes_a_connection_back_has_ends_without_ports()
    {
        var connect = Assert.Single(Network.Value.Own("connect"), seen => seen["res"] == 0 && seen.Values["addr"].Length == 0);
        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], connect.Values["tuple"]);
    }

    [Fact]
    public void Connect_is_told_at_its_start_too()
    {
        var act = Network.Value;
        var enter = act.Own("connect enter").First(seen => seen["fd"] == act["tcp.fd"]);
        var exit = act.Own("connect").First(seen => seen["fd"] == act["tcp.fd"]);
        Assert.Equal(exit.Values["addr"], enter.Values["addr"]);
        Assert.True(enter.Time < exit.Time);
    }

    private static long Port(byte[] tuple, int at) => BinaryPrimitives.ReadUInt16LittleEndian(tuple.AsSpan(at));
}
