using Saker.Settings;
using Saker.Tls;

namespace Saker.Router.Options;

/// <summary>A Falco whose own gRPC service the router subscribes to. Falco has it up to version 0.43 (<c>grpc</c> and <c>grpc_output</c> in falco.yaml).</summary>
internal sealed record FalcoGrpcOptions : ICheckedOptions
{
    /// <summary>What an address of a Unix socket begins with.</summary>
    public const string UnixScheme = "unix://";

    /// <summary>Where Falco listens: <c>unix:///run/falco/falco.sock</c>, or <c>HOST:PORT</c>, where Falco speaks TLS and asks for a certificate.</summary>
    public string Address { get; init; } = "";

    /// <summary>PEM file with the authorities that may have signed Falco's certificate; without one, those of the system.</summary>
    public string CaCertFile { get; init; } = "";

    /// <summary>PEM file with the certificate that the router presents.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM file with its key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The path of the Unix socket; null for an address of the network.</summary>
    public string? SocketPath => Address.StartsWith(UnixScheme, StringComparison.Ordinal) ? Address[UnixScheme.Length..] : null;

    /// <summary>Says what is wrong with the files of the certificates: key and sentence.</summary>
    public void CheckFiles(Action<string, string> fault)
    {
        if (CaCertFile.Length > 0)
        {
            PemFile.Certificates(CaCertFile, "cacertfile", fault);
        }

        if (CertFile.Length > 0 && KeyFile.Length > 0)
        {
            PemFile.Pair(CertFile, "certfile", KeyFile, "keyfile", fault);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (SocketPath is { } path ? !path.StartsWith('/') : !Uri.TryCreate($"https://{Address}", UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || !Address.Contains(':', StringComparison.Ordinal))
        {
            yield return new OptionFault("address", "This is neither a socket nor a host with its port; write unix:///run/falco/falco.sock, or HOST:PORT.");
        }

        if (CertFile.Length > 0 != KeyFile.Length > 0)
        {
            yield return new OptionFault(CertFile.Length > 0 ? "keyfile" : "certfile", "A certificate and its key belong together; set both.");
        }
    }
}
