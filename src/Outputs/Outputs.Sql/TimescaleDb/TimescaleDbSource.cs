using Npgsql;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>Connections to the server as the options ask for them.</summary>
internal static class TimescaleDbSource
{
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    /// <summary>Opens nothing.</summary>
    public static NpgsqlDataSource Create(TimescaleDbOptions options, OutputContext context)
    {
        var isChecked = options.CheckCert && options.CaCertFile.Length > 0;
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.User,
            Password = options.Password.Reveal(),
            ApplicationName = "saker-router",
            Timezone = "UTC",
            Enlist = false,
            Timeout = 10, // opening a connection
            CommandTimeout = 0, // the attempt's token ends it
            CancellationTimeout = 500,
            ConnectionIdleLifetime = 60,
            ConnectionLifetime = 300, // a server may move to another address
            GssEncryptionMode = GssEncryptionMode.Disable, // one more question before each connection
            SslMode = options.CaCertFile.Length > 0 || options.PresentsCertificate ? SslMode.Require : SslMode.Prefer,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(text.ConnectionString);
        builder.EnableTransportSecurity();
        builder.UseSslClientAuthenticationOptionsCallback(tls =>
        {
            if (isChecked)
            {
                tls.TargetHost = options.Host;
                tls.CertificateChainPolicy = context.Transports.Tls().CertificateChainPolicy;
                tls.RemoteCertificateValidationCallback = CertificateCheck.Validate;
            }

            if (context.Transports.Certificates.Client is { } client)
            {
                tls.ClientCertificates = [client];
            }
        });
        return builder.Build();
    }

    /// <summary>
    /// Work on a connection. Npgsql waits for the first answer of a server whatever its token says, and in the thread that cancels it asks the
    /// server to give a statement up and waits for that too; the attempt ends all the same, and the work when it can.
    /// </summary>
    public static async ValueTask UseAsync(NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stop = new CancellationTokenSource();
        var working = WorkAsync(source, work, stop);
        try
        {
            await working.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!working.IsCompleted)
        {
            _ = Task.Run(stop.Cancel, CancellationToken.None);
            await working.WaitAsync(Farewell, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a server that answers has given the statement up by then
            if (!working.IsCompletedSuccessfully)
            {
                throw;
            }
        }
    }

    private static async Task WorkAsync(NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationTokenSource stop)
    {
        using (stop)
        {
            await using var connection = await source.OpenConnectionAsync(stop.Token);
            await work(connection, stop.Token);
        }
    }
}
