using Npgsql;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>Connections to the server as the options ask for them.</summary>
internal static class TimescaleDbSource
{
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

    /// <summary>A connection. Npgsql waits for the first answer of a server whatever its token says; the attempt ends all the same, and the opening when it can.</summary>
    public static async ValueTask<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var opening = source.OpenConnectionAsync(cancellationToken).AsTask();
        try
        {
            return await opening.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(opening);
            throw;
        }
    }

    private static async Task CloseAsync(Task<NpgsqlConnection> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
#pragma warning disable CA1031 // nobody waits for it any more
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
