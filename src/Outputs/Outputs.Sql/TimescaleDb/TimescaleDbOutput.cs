using System.Text;
using Npgsql;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Sql.TimescaleDb;

internal sealed class TimescaleDbOutput : IOutput, IOutputFactory<TimescaleDbOptions>
{
    private readonly TimescaleDbOptions options;
    private readonly OutputContext context;
    private readonly TimescaleDbAnswers answers;
    private readonly NpgsqlDataSource source;
    private readonly string table;
    private readonly int maxRows;

    private TimescaleDbOutput(TimescaleDbOptions options, OutputContext context)
    {
        this.options = options;
        this.context = context;
        answers = new TimescaleDbAnswers(options, context);
        source = TimescaleDbSource.Create(options, context);
        table = SqlName.Table(options.HypertableName)!;
        maxRows = TimescaleDbInsert.MaxParameters / (TimescaleDbRow.Always.Length + 2 + context.AddedFields.Count);
    }

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "timescaledb",
        Title = "TimescaleDB",
        Summary = "Writes each alert as a row to a table of TimescaleDB or of any PostgreSQL.",
        Documentation = new Uri("https://www.postgresql.org/docs/current/sql-insert.html"),
        Transport = OutputTransport.Sql,
        DecidingKey = "host",
        InFalcosidekick = true,
        NamesAddedFields = true,
        Differences =
        [
            new("Writes names as they are into the statement: a custom field like `a-b` or `order` makes every insert fail.", "Quotes them, also under `strictcompatibility`; plain names mean what they mean without quotes."),
            new("Loses an alert with a NUL character, which PostgreSQL does not take.", "Replaces it by U+FFFD, also under `strictcompatibility`."),
            new("Crashes at start when the password holds characters that have a meaning in a URL.", "Takes any password."),
            new("Takes the double quotes out of custom and templated fields.", "Leaves them as they are."),
            new("Cuts every field of more than 512 bytes in an alert of more than 4,096 bytes, where the message repeats it.", "Cuts nothing."),
            new("Writes each alert with a statement of its own.", "Writes those that came meanwhile together (`batchsize`); if a row is refused, the others are written."),
        ],
    };

    public static BatchLimits Batch(TimescaleDbOptions options) => new(options.BatchSize, Linger: options.BatchInterval);

    public static bool IsTransient(Exception exception) => exception is NpgsqlException;

    public static IOutput Create(TimescaleDbOptions options, OutputContext context) => new TimescaleDbOutput(options, context);

    public async ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!options.CreateTable)
        {
            return DeliveryResult.Delivered;
        }

        try
        {
            await TimescaleDbTable.CreateAsync(source, table, context.AddedFields, cancellationToken);
            return DeliveryResult.Delivered;
        }
        catch (Exception exception) when (answers.Of(exception) is { } result)
        {
            return result;
        }
    }

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        var rows = alerts.Select(Row).ToArray();
        var results = new List<DeliveryResult>(rows.Length);
        foreach (var part in rows.Chunk(maxRows))
        {
            results.AddRange(await WriteAsync(part, cancellationToken));
        }

        return BatchResult.Each(results);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async ValueTask<IEnumerable<DeliveryResult>> WriteAsync(Dictionary<string, string?>[] rows, CancellationToken cancellationToken)
    {
        try
        {
            await InsertAsync(rows, cancellationToken);
            return Enumerable.Repeat(DeliveryResult.Delivered, rows.Length);
        }
        catch (PostgresException error) when (rows.Length > 1 && TimescaleDbAnswers.IsOfRow(error))
        {
            // Nothing was written. Alone, each row shows whether it is the one.
            var results = new List<DeliveryResult>(rows.Length);
            foreach (var row in rows)
            {
                results.AddRange(await WriteAsync([row], cancellationToken));
            }

            return results;
        }
        catch (Exception exception) when (answers.Of(exception) is { } result)
        {
            return Enumerable.Repeat(result, rows.Length);
        }
    }

    private async ValueTask InsertAsync(Dictionary<string, string?>[] rows, CancellationToken cancellationToken)
    {
        var (sql, parameters) = TimescaleDbInsert.Of(table, rows);
        context.Sending(Encoding.UTF8.GetBytes($"{sql}\n{string.Join('\n', parameters.Select(static parameter => parameter.Value))}"));
        await TimescaleDbSource.UseAsync(
            source,
            async (connection, token) =>
            {
#pragma warning disable CA2100 // the names in it are quoted
                await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
                command.Parameters.AddRange(parameters.ToArray());
                await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    private Dictionary<string, string?> Row(Alert alert)
    {
        var row = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, text) in TimescaleDbRow.From(AlertView.For(alert, context.Strict), context.AddedFields))
        {
            row[SqlName.Column(name)] = text;
        }

        return row;
    }
}
