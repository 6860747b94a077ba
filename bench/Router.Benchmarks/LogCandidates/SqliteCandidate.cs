using Microsoft.Data.Sqlite;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>A database file per segment, write-ahead log with synchronous=FULL, one transaction per group.</summary>
internal sealed class SqliteCandidate : ILogCandidate
{
    private readonly string directory;
    private readonly long segmentSize;
    private readonly GroupCommit commit;
    private SqliteConnection? segment;
    private SqliteCommand? insert;
    private long written;
    private long next;

    public SqliteCandidate(string directory, long segmentSize)
    {
        this.directory = directory;
        this.segmentSize = segmentSize;
        foreach (var path in Segments(directory).Reverse())
        {
            using var connection = Open(path);
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT max(seq) FROM alert";
            if (command.ExecuteScalar() is long last)
            {
                next = last + 1;
                break;
            }
        }

        commit = new GroupCommit(Write);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<byte> payload) => commit.AppendAsync(payload);

    public ICandidateReader OpenReader(long skip) => new Reader(directory, skip);

    public async ValueTask DisposeAsync()
    {
        await commit.DisposeAsync();
        insert?.Dispose();
        segment?.Dispose();
        SqliteConnection.ClearAllPools();
    }

    private static IEnumerable<string> Segments(string directory) => Directory.GetFiles(directory, "*.db").Order(StringComparer.Ordinal);

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS alert(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL)";
        command.ExecuteNonQuery();
        return connection;
    }

    private void Write(IReadOnlyList<GroupCommit.Request> group)
    {
        if (segment is null || written > segmentSize)
        {
            insert?.Dispose();
            segment?.Dispose();
            segment = Open(Path.Combine(directory, $"{next:x16}.db"));
            insert = segment.CreateCommand();
            insert.CommandText = "INSERT INTO alert VALUES($seq, $at, $payload)";
            insert.Parameters.Add("$seq", SqliteType.Integer);
            insert.Parameters.Add("$at", SqliteType.Integer);
            insert.Parameters.Add("$payload", SqliteType.Blob);
            written = 0;
        }

        using var transaction = segment.BeginTransaction();
        insert!.Transaction = transaction;
        foreach (var request in group)
        {
            insert.Parameters[0].Value = next++;
            insert.Parameters[1].Value = 0L;
            insert.Parameters[2].Value = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(request.Payload, out var array) ? array.Array : null;
            insert.ExecuteNonQuery();
            written += request.Payload.Length;
        }

        transaction.Commit();
    }

    private sealed class Reader(string directory, long skip) : ICandidateReader
    {
        private readonly Queue<string> segments = new(Segments(directory));
        private long last = skip - 1;
        private SqliteConnection? connection;
        private SqliteDataReader? rows;

        public long Lost { get; private set; }

        public byte[]? Next()
        {
            while (true)
            {
                if (rows is null)
                {
                    if (!segments.TryDequeue(out var path))
                    {
                        return null;
                    }

                    connection = Open(path);
                    var command = connection.CreateCommand();
                    command.CommandText = $"SELECT seq, payload FROM alert WHERE seq > {last} ORDER BY seq";
                    rows = command.ExecuteReader();
                }

                if (rows.Read())
                {
                    var sequence = rows.GetInt64(0);
                    Lost += sequence - last - 1;
                    last = sequence;
                    return rows.GetFieldValue<byte[]>(1);
                }

                Dispose();
                rows = null;
            }
        }

        public void Dispose()
        {
            rows?.Dispose();
            connection?.Dispose();
        }
    }
}
