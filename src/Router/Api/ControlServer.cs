using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Saker.Http;
using Saker.Router.Log;
using Saker.Router.Web;

namespace Saker.Router.Api;

/// <summary>Takes commands on a Unix socket in the data directory. Only its owner and root can reach it: the folder has mode 0700, the socket 0600.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    // The kernel's sun_path, less the zero at its end.
    private const int MaxPathBytes = 107;

    private readonly PlainKestrel kestrel;

    private ControlServer(PlainKestrel kestrel) => this.kestrel = kestrel;

    /// <summary>Where the socket of a data directory is.</summary>
    public static string PathIn(string root) => Path.Combine(Path.GetFullPath(root), "control", "router.sock");

    /// <summary>The same as an address.</summary>
    public static string AddressIn(string root) => $"http://unix:{PathIn(root)}";

    /// <summary>Listens from the return on. The caller holds the directory's lock, so a socket that is there is left over.</summary>
    /// <exception cref="IOException">The socket cannot be made; the message says why.</exception>
    public static async Task<ControlServer> StartAsync(DataDirectory directory, EndpointApplication application, ILoggerFactory loggers)
    {
        var path = PathIn(directory.Root);
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new IOException($"The path {path} is longer than the {MaxPathBytes} bytes that a Unix socket may have; give the router a shorter one with --data-dir.");
        }

        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The control socket needs the permissions of a Unix file system.");
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly);
        folder.UnixFileMode = OwnerOnly;
        File.Delete(path);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.ListenUnixSocket(path, static listen => listen.Protocols = HttpProtocols.Http1);
        var kestrel = await PlainKestrel.StartAsync(
            options,
            context =>
            {
                context.Features.Set(ApiCaller.Owner);
                return application.HandleAsync(context);
            },
            loggers,
            CancellationToken.None);
        try
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new ControlServer(kestrel);
        }
        catch
        {
            await kestrel.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => kestrel.DisposeAsync();
}
