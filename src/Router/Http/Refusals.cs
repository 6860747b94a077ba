using System.Net;
using Saker.Alerts;
using Saker.Router.Telemetry;

namespace Saker.Router.Http;

/// <summary>
/// Counts what is not taken, by reason, and says so now and then with the sender: Falco never looks at the answer, so without this nobody
/// would learn of it.
/// </summary>
internal sealed class Refusals(RouterMetrics metrics, LimitedLog limited, ILogger logger)
{
    private static readonly AsyncLocal<Served?> Connection = new();

    /// <summary>Remembers, for what is called from here, whose connection is served.</summary>
    public static void Serve(EndPoint? sender) => Connection.Value = new Served(sender);

    /// <summary>Counts a request, a part of a batch, or a connection.</summary>
    /// <param name="reason">One of a closed set; a label of the metric.</param>
    /// <param name="detail">What more there is to say, without a word of the body.</param>
    /// <param name="sender">Who sent it.</param>
    public void Count(string reason, string detail, EndPoint? sender)
    {
        metrics.CountRejection(reason);
        limited.Say(reason, count => IngestMessages.NotTaken(logger, count, Name(sender), detail));
    }

    /// <summary>Counts a request.</summary>
    public void Count(HttpContext context, string reason, string? detail = null)
    {
        var address = context.Connection.RemoteIpAddress;
        Count(reason, detail ?? reason, address is null ? null : new IPEndPoint(address, context.Connection.RemotePort));
    }

    /// <summary>Counts a body that Kestrel found broken. Kestrel may say so once more when it ends the request.</summary>
    public void CountBroken(HttpContext context, string reason)
    {
        if (Connection.Value is { } served)
        {
            served.IsCounted = true;
        }

        Count(context, reason);
    }

    /// <summary>Counts a connection of which no request became anything.</summary>
    public void CountConnection(string reason, string detail)
    {
        var served = Connection.Value;
        if (served is { IsCounted: true })
        {
            served.IsCounted = false;
            return;
        }

        Count(reason, detail, served?.Sender);
    }

    /// <summary>Counts an alert that could not be read, by what the reader says of it.</summary>
    public void CountUnread(HttpContext context, string error) => Count(context, Kind(error), error);

    /// <summary>The reader's sentences without what differs from alert to alert.</summary>
    public static string Kind(string error) =>
        error.StartsWith("not valid JSON", StringComparison.Ordinal) ? "not valid JSON"
        : error.StartsWith(AlertReader.TooDeep, StringComparison.Ordinal) ? "nested too deep"
        : error.StartsWith("priority is none of", StringComparison.Ordinal) ? "priority is unknown"
        : error;

    private static string Name(EndPoint? sender) => sender switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString(),
        IPEndPoint known => known.ToString(),
        _ => "an unknown sender",
    };

    private sealed class Served(EndPoint? sender)
    {
        public EndPoint? Sender { get; } = sender;

        public bool IsCounted { get; set; }
    }
}
