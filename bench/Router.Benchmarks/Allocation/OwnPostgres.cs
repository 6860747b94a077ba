using System.Diagnostics;
using System.Globalization;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>A PostgreSQL of its own below a folder, on a free port of 127.0.0.1, that lets everybody in.</summary>
internal sealed class OwnPostgres : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string data;

    private OwnPostgres(string data, int port) => (this.data, Port) = (data, port);

    public int Port { get; }

    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin"))
            .Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    /// <summary>Null where it is not installed.</summary>
    public static OwnPostgres? Start(string folder, int port)
    {
        if (Programs is null)
        {
            return null;
        }

        var home = Directory.CreateDirectory(Path.Combine(folder, "postgres"));
        if (Environment.IsPrivilegedProcess)
        {
            Run("chmod", ["o+x", folder]); // it passes through
            Run("chown", ["postgres:", home.FullName]); // PostgreSQL refuses to run as root
        }

        var server = new OwnPostgres(Path.Combine(home.FullName, "data"), port);
        RunTheirs("initdb", ["-D", server.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]);
        var settings = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off");
        AppDomain.CurrentDomain.ProcessExit += server.Stop; // it is nobody's child, and must not outlive who started it
        RunTheirs("pg_ctl", ["-D", server.data, "-l", Path.Combine(home.FullName, "log"), "-o", settings, "-w", "start"]);
        return server;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Stop;
        Stop(null, EventArgs.Empty);
    }

    private void Stop(object? sender, EventArgs arguments) => RunTheirs("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"]);

    private static void RunTheirs(string program, string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        if (Environment.IsPrivilegedProcess)
        {
            Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    // Its words go nowhere: a pipe would be held open by the server that pg_ctl leaves behind.
    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" > /dev/null 2>&1 < /dev/null", program, .. arguments]))!;
        if (!process.WaitForExit(Patience) || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not succeed.");
        }
    }
}
