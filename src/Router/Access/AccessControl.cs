using Saker.Router.Options;

namespace Saker.Router.Access;

/// <summary>Says who sends a request and what it may do. Serves all requests; the configuration can be exchanged meanwhile.</summary>
internal sealed class AccessControl
{
    // Failures of an address in a minute before it is only told to wait. Whoever is right is never kept out: behind a proxy all have one
    // address, and a secret of 16 characters is not found by trying.
    private const double FailuresPerSecond = 1.0 / 6;
    private const int FailuresAtOnce = 10;

    private readonly TimeProvider clock;
    private readonly AddressRates failures;
    private volatile Plan plan;

    public AccessControl(HttpOptions options, TimeProvider clock)
    {
        this.clock = clock;
        failures = new AddressRates(FailuresPerSecond, FailuresAtOnce, clock);
        plan = new Plan(options, clock, null);
    }

    /// <summary>Another object whenever the options have changed: what was judged before is to be judged again.</summary>
    public object Version => plan;

    /// <summary>Requests from now on are judged by these options.</summary>
    public void Use(HttpOptions changed) => plan = new Plan(changed, clock, plan);

    /// <summary>Who sends a request, as its headers and its certificate say.</summary>
    public Identity Identify(HttpContext context)
    {
        var clients = plan.Clients;
        if (clients.IsEmpty)
        {
            return default;
        }

        if (context.Request.Headers.Authorization is [{ } authorization] && clients.OfAuthorization(authorization) is { } shown)
        {
            return shown;
        }

        return clients.HaveCertificates && context.Connection.ClientCertificate is { } certificate && clients.OfCertificate(CertificateNames.Of(certificate)) is { } known
            ? Identity.Of(known)
            : default;
    }

    /// <summary>Who sends a request with this body, which may be signed.</summary>
    public Identity Identify(HttpContext context, ReadOnlySpan<byte> body) =>
        !plan.Clients.IsEmpty && context.Request.Headers[BodySignature.Header] is [{ } signature] && plan.Clients.OfSignature(signature, body, clock.GetUtcNow()) is { } signed
            ? signed
            : Identify(context);

    /// <summary>Whether any client is known.</summary>
    public bool HasClients => !plan.Clients.IsEmpty;

    /// <summary>Whether only clients that are known may do this.</summary>
    public bool Protects(ProtectedArea area) => plan.Protected.Contains(area);

    /// <summary>Counts a failed attempt; true when this address has failed too often of late.</summary>
    public bool HasFailedTooOften(HttpContext context) => failures.Take(context.Connection.RemoteIpAddress, 1) is not null;

    /// <summary>Takes alerts from what the sender may send; null when they may come, else how long to wait.</summary>
    public TimeSpan? TakeRate(HttpContext context, Client? client, int alerts) =>
        client is null ? plan.Addresses?.Take(context.Connection.RemoteIpAddress, alerts) : client.Rate?.Take(alerts);

    private sealed class Plan(HttpOptions options, TimeProvider clock, Plan? before)
    {
        public KnownClients Clients { get; } = new(options.Clients, clock, before?.Clients);

        public IReadOnlyList<ProtectedArea> Protected { get; } = options.Protect;

        public AddressRates? Addresses { get; } = options.Rate <= 0 ? null
            : before is { Addresses: { } same } && before.Rate == (options.Rate, options.Burst) ? same
            : new AddressRates(options.Rate, options.Burst, clock);

        public (double PerSecond, int Burst) Rate { get; } = (options.Rate, options.Burst);
    }
}
