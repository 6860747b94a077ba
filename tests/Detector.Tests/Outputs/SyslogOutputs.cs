using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

/// <summary>What comes to the socket that syslog listens on.</summary>
public sealed class SyslogOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));

    private string Path => System.IO.Path.Combine(folder, "log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_alert_comes_as_syslog_3_writes_it_with_the_severity_of_its_priority()
    {
        using var syslog = Listen();
        await using var output = new SyslogOutput(clock, Path);
        foreach (var priority in Priorities.All)
        {
            await output.WriteAsync(new AlertLine(Encoding.UTF8.GetBytes("a text with %s and é"), IsJson: false, priority), TestContext.Current.CancellationToken);
            // Facility LOG_USER is 1, times 8; the day has two places.
            Assert.Equal($"<{8 + (int)priority}>Feb  3 04:05:06 saker-detector: a text with %s and é", await ReceiveAsync(syslog));
        }
    }

    [Fact]
    public async Task A_syslog_that_was_started_anew_gets_the_next_alert()
    {
        await using var output = new SyslogOutput(clock, Path);
        using (var before = Listen())
        {
            await output.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken);
            Assert.EndsWith(": 1", await ReceiveAsync(before), StringComparison.Ordinal);
        }

        File.Delete(Path);
        var gone = await Assert.ThrowsAsync<IOException>(async () => await output.WriteAsync(When.Alert(2), TestContext.Current.CancellationToken));
        Assert.Contains("there is no such socket; does a syslog run here", gone.Message, StringComparison.Ordinal);
        using var after = Listen();
        await output.WriteAsync(When.Alert(2), TestContext.Current.CancellationToken);
        Assert.EndsWith(": 2", await ReceiveAsync(after), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_nobody_has_any_more_is_a_fault()
    {
        using (Listen())
        {
            File.Move(Path, Path + ".away"); // .NET removes the file with the socket, and who is killed does not
        }

        File.Move(Path + ".away", Path);
        await using var output = new SyslogOutput(clock, Path);
        var refused = await Assert.ThrowsAsync<IOException>(async () => await output.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken));
        Assert.Contains("nobody listens there", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_syslog_that_listens_on_a_stream_gets_messages_that_end_with_NUL()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        await using var output = new SyslogOutput(clock, Path);
        await output.WriteAsync(When.Alert(7), TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith(": 7\0", await ReceiveAsync(accepted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_is_longer_than_a_datagram_is_given_up()
    {
        using var syslog = Listen();
        await using var output = new SyslogOutput(clock, Path);
        var refused = await Assert.ThrowsAsync<AlertRefusedException>(async () => await output.WriteAsync(new AlertLine(new byte[64 << 20], IsJson: true), TestContext.Current.CancellationToken));
        Assert.Contains("longer than syslog takes", refused.Message, StringComparison.Ordinal);
        await output.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken);
        Assert.EndsWith(": 1", await ReceiveAsync(syslog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_goes_there_too_and_what_comes_from_outside_forges_no_line()
    {
        using var syslog = Listen();
        using (var log = new SyslogLog(clock, Path))
        {
#pragma warning disable CA1848, CA2254 // one line of a test
            var logger = log.CreateLogger("x");
            logger.LogError("broken\n<8>forged");
            logger.LogInformation("well");
#pragma warning restore CA1848, CA2254
        }

        Assert.Equal("<11>Feb  3 04:05:06 saker-detector: broken <8>forged", await ReceiveAsync(syslog));
        Assert.Equal("<14>Feb  3 04:05:06 saker-detector: well", await ReceiveAsync(syslog));
    }

    [Fact]
    public void Without_a_syslog_the_log_is_no_trouble()
    {
        using var log = new SyslogLog(clock, Path);
#pragma warning disable CA1848 // one line of a test
        log.CreateLogger("x").LogError("broken");
#pragma warning restore CA1848
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path));
        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(When.Patience);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
