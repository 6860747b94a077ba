using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Standard output.</summary>
[SnakeCaseKeys]
internal sealed record StdoutOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>A file that alerts are appended to.</summary>
[SnakeCaseKeys]
internal sealed record FileOptions : ICheckedOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }

    /// <summary>Keeps the file open between alerts; else it is opened for each, so that it may be moved away.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>The file.</summary>
    public string Filename { get; init; } = "./events.txt";

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && Filename.Length == 0)
        {
            yield return new OptionFault("filename", "This output is enabled and names no file.");
        }
    }
}

/// <summary>Whom an output that goes over TLS trusts, and who it says it is.</summary>
[SnakeCaseKeys]
internal abstract record ClientTlsOptions
{
    /// <summary>Where the system keeps its own authorities.</summary>
    internal const string SystemAuthorities = "/etc/ssl/certs";

    /// <summary>Accepts any certificate. It lets anybody in between read the alerts.</summary>
    public bool Insecure { get; init; }

    /// <summary>File with the certificate of the authority that signed the router's; empty trusts the system's authorities.</summary>
    public string CaCert { get; init; } = "";

    /// <summary>File with the certificates of several authorities, when <c>ca_cert</c> is empty.</summary>
    public string CaBundle { get; init; } = "";

    /// <summary>Folder with authorities' certificates (.pem, .crt), when both are empty. The system's own are trusted as the system says.</summary>
    public string CaPath { get; init; } = SystemAuthorities;

    /// <summary>Presents a client certificate.</summary>
    public bool Mtls { get; init; }

    /// <summary>File with the client certificate.</summary>
    public string ClientCert { get; init; } = "/etc/ssl/certs/client.crt";

    /// <summary>File with the client certificate's key.</summary>
    public string ClientKey { get; init; } = "/etc/ssl/certs/client.key";
}

/// <summary>A URL that alerts are posted to.</summary>
[SnakeCaseKeys]
internal sealed record HttpOptions : ClientTlsOptions, ICheckedOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }

    /// <summary>The URL of the router.</summary>
    [RequestHead]
    public Secret Url { get; init; } = Secret.None;

    /// <summary>The User-Agent that is sent.</summary>
    [RequestHead]
    public string UserAgent { get; init; } = "saker-detector";

    /// <summary>Sends alerts gzipped.</summary>
    public bool CompressUploads { get; init; }

    /// <summary>Probes the connection while nothing is sent, so that one that has died is noticed. It is kept in any case.</summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>Writes what the other side answers into the log.</summary>
    public bool Echo { get; init; }

    /// <summary>How often in a row an alert is sent again at once when no answer comes in time; after that with pauses, and it is told.</summary>
    [Range(0, 255)]
    public int MaxConsecutiveTimeouts { get; init; } = 5;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && (!Uri.TryCreate(Url.Reveal(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            // Perhaps with a password in it.
            yield return new OptionFault("url", "This is no URL; write it as in 'http://127.0.0.1:2801/'.");
        }
    }
}

/// <summary>The queues in front of the outputs.</summary>
[SnakeCaseKeys]
internal sealed record QueueOptions
{
    /// <summary>Alerts that may wait for one output; 0 is 10,000, and more than 1,000,000 is that. Together they have at most 64 MiB, or 4 KiB for each of them. Falco's 0 is without a bound, until memory ends.</summary>
    [Range(typeof(long), "0", "9223372036854775807")]
    public long Capacity { get; init; }

    /// <summary>How many may wait in truth.</summary>
    internal int Bound => Capacity == 0 ? 10_000 : (int)Math.Min(Capacity, 1_000_000);
}

/// <summary>The machine's syslog.</summary>
[SnakeCaseKeys]
internal sealed record SyslogOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }
}

/// <summary>A program that is given alerts on its standard input.</summary>
[SnakeCaseKeys]
internal sealed record ProgramOptions : ICheckedOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }

    /// <summary>One process for all alerts, which is started again when it ends; else one for each alert.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>The program, as a line for the shell. It may hold a password, and is never shown.</summary>
    public Secret Program { get; init; } = Secret.None;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && string.IsNullOrWhiteSpace(Program.Reveal()))
        {
            yield return new OptionFault("program", "This output is enabled and names no program; write a line for the shell, as in 'logger -t falco'.");
        }
    }
}

/// <summary>A saker-router, over gRPC with acknowledgements.</summary>
[SnakeCaseKeys]
internal sealed record RouterOutputOptions : ClientTlsOptions, ICheckedOptions
{
    /// <summary>The scheme of addresses of Unix sockets.</summary>
    internal const string Unix = "unix://";

    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where the router listens: <c>http://HOST:PORT</c>, <c>https://HOST:PORT</c>, or <c>unix:///PATH</c>.</summary>
    [RequestHead]
    public string Address { get; init; } = "http://127.0.0.1:2801";

    /// <summary>Whether it is spoken to over TLS.</summary>
    internal bool IsTls => Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The token by which the router knows this detector (<c>http.clients</c> there).</summary>
    [RequestHead]
    public Secret Token { get; init; } = Secret.None;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (!Enabled)
        {
            yield break;
        }

        const string cure = "write it as in 'http://127.0.0.1:2801', 'https://router.example.com:2801' or 'unix:///run/saker/router.sock'.";
        if (Address.StartsWith(Unix, StringComparison.Ordinal))
        {
            if (!Address.StartsWith(Unix + "/", StringComparison.Ordinal))
            {
                yield return new OptionFault("address", $"'{Address}' names no path from the root; {cure}");
            }
        }
        else if (!Uri.TryCreate(Address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            // Perhaps with a password in it.
            yield return new OptionFault("address", $"This is no address of a router; {cure}");
        }
        else if (url.UserInfo.Length > 0)
        {
            yield return new OptionFault("address", "There is a user or a password in it, which the router's gRPC does not read from there; write its token into 'token'.");
        }
        else if (url.PathAndQuery != "/")
        {
            yield return new OptionFault("address", "There is a path behind host and port, and gRPC has none; take it out.");
        }
    }
}

/// <summary>Alerts that wait on disk.</summary>
[SnakeCaseKeys]
internal sealed record SpoolOptions : ICheckedOptions
{
    /// <summary>Whether http_output and router_output keep alerts on disk until they are taken.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where: a folder for this detector alone, in which each output has its own.</summary>
    public string Folder { get; init; } = "/var/lib/saker-detector/spool";

    /// <summary>The most that may lie there for one output, in MiB. When it is full, new alerts are dropped for that output, and counted.</summary>
    [Range(1, 1_048_576)]
    public int MaxSizeMib { get; init; } = 256;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && Folder.Length == 0)
        {
            yield return new OptionFault("folder", "The spool is enabled and has no folder; name one that is kept over restarts.");
        }
    }
}

/// <summary>Falco's former gRPC server.</summary>
[SnakeCaseKeys]
internal sealed record GrpcOptions : ICheckedOptions
{
    /// <summary>Whether it runs.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where it listens: <c>unix:///PATH</c> in the clear, or <c>ADDRESS:PORT</c> with TLS and clients' certificates.</summary>
    public string BindAddress { get; init; } = "unix:///run/falco/falco.sock";

    /// <summary>Kept for Falco's sake: calls are served by the pool's threads.</summary>
    [Range(0, 1024)]
    public int Threadiness { get; init; }

    /// <summary>File with the server's key.</summary>
    public string PrivateKey { get; init; } = "/etc/falco/certs/server.key";

    /// <summary>File with the server's certificate, and those that lead to its authority.</summary>
    public string CertChain { get; init; } = "/etc/falco/certs/server.crt";

    /// <summary>File with the authorities whose clients are served.</summary>
    public string RootCerts { get; init; } = "/etc/falco/certs/ca.crt";

    /// <summary>The socket's path; null for TCP.</summary>
    internal string? SocketPath => BindAddress.StartsWith(RouterOutputOptions.Unix, StringComparison.Ordinal) ? BindAddress[RouterOutputOptions.Unix.Length..] : null;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && (SocketPath is { } path ? !path.StartsWith('/') : !System.Net.IPEndPoint.TryParse(BindAddress, out var end) || end.Port == 0 && !BindAddress.EndsWith(":0", StringComparison.Ordinal)))
        {
            yield return new OptionFault("bind_address", $"'{BindAddress}' is neither a socket's path nor an IP address with its port; write it as in 'unix:///run/falco/falco.sock' or '0.0.0.0:5060'.");
        }
    }
}

/// <summary>Gives alerts to the gRPC server.</summary>
[SnakeCaseKeys]
internal sealed record GrpcOutputOptions
{
    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; }
}
