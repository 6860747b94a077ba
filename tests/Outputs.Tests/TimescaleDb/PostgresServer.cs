using System.Globalization;
using Npgsql;
using Saker.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

/// <summary>
/// A PostgreSQL of its own in a folder of its own, on a free port of 127.0.0.1. Roles: postgres (let in without a password), pw (with the
/// password that has every odd character), client (by certificate), and those of the group contract, each with its password.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    public const string OddPassword = "p@ss:w/rd?%41 #;='\"\\é";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-pg-");
    private ProcessRunner? process;
    private int databases;

    public TestCertificates Certificates { get; } = new();

    public int Port { get; } = LoopbackServer.ClosedPort();

    private static string Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault("")
        : "";

    private string Data => Path.Combine(folder.FullName, "data");

    /// <summary>Skips the test where there is no PostgreSQL.</summary>
    public static void Require() => Assert.SkipUnless(Programs.Length > 0, "PostgreSQL is not installed (apt-get install postgresql).");

    public async ValueTask InitializeAsync()
    {
        if (Programs.Length == 0)
        {
            return;
        }

        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, await RunAsync("chown", "postgres:", folder.FullName)); // PostgreSQL refuses to run as root
        }

        Assert.Equal(0, await RunAsync("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"));
        File.Copy(Path.Combine(Certificates.Folder, "server.crt"), Path.Combine(Data, "server.crt"));
        File.Copy(Path.Combine(Certificates.Folder, "server.key"), Path.Combine(Data, "server.key"));
        File.Copy(Path.Combine(Certificates.Folder, "ca.crt"), Path.Combine(Data, "root.crt"));
        await RunAsync("chmod", "600", Path.Combine(Data, "server.key"));
        await File.WriteAllTextAsync(Path.Combine(Data, "pg_hba.conf"), """
            host    all pw       127.0.0.1/32 scram-sha-256
            host    all +contract 127.0.0.1/32 scram-sha-256
            hostssl all client   127.0.0.1/32 cert
            hostnossl all noTls  127.0.0.1/32 trust
            host    all postgres 127.0.0.1/32 trust
            """);
        await RunAsync("chown", "-R", "--reference", folder.FullName, Data);
        await StartAsync();
        await ExecuteAsync("postgres", $"CREATE ROLE pw LOGIN PASSWORD '{OddPassword.Replace("'", "''", StringComparison.Ordinal)}'; CREATE ROLE client LOGIN SUPERUSER; CREATE ROLE \"noTls\" LOGIN SUPERUSER; CREATE ROLE contract");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Certificates.Dispose();
        folder.Delete(recursive: true);
    }

    public async Task StartAsync()
    {
        process = Start("postgres", "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
            "-c", "ssl=on", "-c", "ssl_ca_file=root.crt", "-c", "lc_messages=C", "-c", "max_prepared_transactions=4");
        await process.WaitForLineAsync("ready to accept connections", Patience);
    }

    public async Task StopAsync()
    {
        if (process is not null)
        {
            process.Signal("INT"); // its fast stop, which waits for no client
            await process.WaitForExitAsync(Patience);
            await process.DisposeAsync();
            process = null;
        }
    }

    /// <summary>Makes a database and runs statements in it.</summary>
    public async Task<string> DatabaseAsync(string sql)
    {
        var name = $"d{Interlocked.Increment(ref databases)}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        if (sql.Length > 0)
        {
            await ExecuteAsync(name, sql);
        }

        return name;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Connection(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The rows of a query as PostgreSQL writes each as JSON.</summary>
    public async Task<List<string>> RowsAsync(string database, string table)
    {
        await using var source = NpgsqlDataSource.Create(Connection(database));
        await using var command = source.CreateCommand($"SELECT to_jsonb(t)::text FROM {table} t");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public string Connection(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Pooling=false;Timezone=UTC";

    private static ProcessRunner Start(string program, params string[] arguments)
    {
        var path = File.Exists(Path.Combine(Programs, program)) ? Path.Combine(Programs, program) : program;
        var isTheirs = path != program;
        return isTheirs && Environment.IsPrivilegedProcess
            ? ProcessRunner.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : ProcessRunner.Start(path, arguments);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        await using var process = Start(program, arguments);
        return await process.WaitForExitAsync(Patience);
    }
}
