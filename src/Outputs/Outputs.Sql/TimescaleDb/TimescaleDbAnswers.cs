using Npgsql;
using Saker.Outputs.Rendering;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>What the server's errors, and failures on the way to it, mean (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
internal sealed class TimescaleDbAnswers(TimescaleDbOptions options, OutputContext context)
{
    private readonly string server = $"PostgreSQL at {options.Host}:{options.Port}";

    /// <summary>True when the server refuses what a row holds: another row may be taken.</summary>
    public static bool IsOfRow(PostgresException error) => error.SqlState[..2] is "22" or "23" or "54";

    /// <summary>What an exception means; null for one that is not the client's, such as a cancellation.</summary>
    public DeliveryResult? Of(Exception exception) => exception switch
    {
        PostgresException error => Of(error),
        NpgsqlException { InnerException: { } cause } when exception.Message.Contains("SSL", StringComparison.Ordinal) && cause is not System.Security.Authentication.AuthenticationException => NoTls(),
        NpgsqlException { InnerException: null } when exception.Message.Contains("SSL", StringComparison.Ordinal) => NoTls(),
        NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException => DeliveryResult.Retry(Sentence(ConnectionWords.Of(exception, options.Host, options.Port))),
        _ => null,
    };

    private DeliveryResult NoTls() => DeliveryResult.Blocked($"{server} does not offer TLS, which is needed here.{Look(options.CaCertFile.Length > 0 ? "cacertfile" : options.CertFile.Length > 0 ? "certfile" : "mutualtls")}");

    private DeliveryResult Of(PostgresException error)
    {
        var words = ServerWords.OneLine(options.Password.MaskIn(error.MessageText));
        var said = $"({error.SqlState}): {words}{(words.EndsWith('.') ? "" : ".")}";
        if (IsOfRow(error))
        {
            return DeliveryResult.Rejected($"{server} refused the row {said}");
        }

        return Key(error.SqlState) is { } key
            ? DeliveryResult.Blocked($"{server} refuses what is sent to it {said}{Look(key)}")
            : DeliveryResult.Retry($"{server} does not take rows at present {said}");
    }

    // The rest comes again: connections, locks, memory, shutdowns, servers that only read, and what nobody foresaw.
    private static string? Key(string state) => state switch
    {
        "28P01" => "password",
        "42501" or "28000" => "user",
        "3D000" => "database",
        "3F000" or "42P01" or "42703" or "42809" => "hypertablename",
        _ when state.StartsWith("42", StringComparison.Ordinal) => "hypertablename",
        _ => null,
    };

    private string Look(string key) => $" Look at {context.Path}.{key}.";

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..] + ".";
}
