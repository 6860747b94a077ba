using Microsoft.Data.Sqlite;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>A database file per segment, write-ahead log with synchronous=FULL, one transaction per group.</summary>
internal sealed class SqliteCandidate : ILogCandidate
{
    private readonly string _directory;
    private readonly long _segmentSize;
    private readonly GroupCommit _commit;
    private SqliteConnection? _segment;
    private SqliteCommand? _insert;
    private long _written;
    private long _next;

    public SqliteCandidate(string directory, long segmentSize)
    {
        _directory = directory;
        _segmentSize = segmentSize;
        foreach (var path in Segments(directory).Reverse())
        {
            using var connection = Open(path);
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT max(seq) FROM alert";
            if (command.ExecuteScalar() is long last)
            {
                _next = last + 1;
                break;
            }
        }

        _commit = new GroupCommit(Write);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<byte> payload) => _commit.AppendAsync(payload);

    public ICandidateReader OpenReader(long skip) => new Reader(_directory, skip);

    public async ValueTask DisposeAsync()
    {
        await _commit.DisposeAsync();
        _insert?.Dispose();
        _segment?.Dispose();
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
        if (_segment is null || _written > _segmentSize)
        {
            _insert?.Dispose();
            _segment?.Dispose();
            _segment = Open(Path.Combine(_directory, $"{_next:x16}.db"));
            _insert = _segment.CreateCommand();
            _insert.CommandText = "INSERT INTO alert VALUES($seq, $at, $payload)";
            _insert.Parameters.Add("$seq", SqliteType.Integer);
            _insert.Parameters.Add("$at", SqliteType.Integer);
            _insert.Parameters.Add("$payload", SqliteType.Blob);
            _written = 0;
        }

        using var transaction = _segment.BeginTransaction();
        _insert!.Transaction = transaction;
        foreach (var request in group)
        {
            _insert.Parameters[0].Value = _next++;
            _insert.Parameters[1].Value = 0L;
            _insert.Parameters[2].Value = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(request.Payload, out var array) ? array.Array : null;
            _insert.ExecuteNonQuery();
            _written += request.Payload.Length;
        }

        transaction.Commit();
    }

    private sealed class Reader(string directory, long skip) : ICandidateReader
    {
        private readonly Queue<string> _segments = new(Segments(directory));
        private long _last = skip - 1;
        private SqliteConnection? _connection;
        private SqliteDataReader? _rows;

        public long Lost { get; private set; }

        public byte[]? Next()
        {
            while (true)
            {
                if (_rows is null)
                {
                    if (!_segments.TryDequeue(out var path))
                        return null;
                    _connection = Open(path);
                    var command = _connection.CreateCommand();
                    command.CommandText = $"SELECT seq, payload FROM alert WHERE seq > {_last} ORDER BY seq";
                    _rows = command.ExecuteReader();
                }

                if (_rows.Read())
                {
                    var sequence = _rows.GetInt64(0);
                    Lost += sequence - _last - 1;
                    _last = sequence;
                    return _rows.GetFieldValue<byte[]>(1);
                }

                Dispose();
                _rows = null;
            }
        }

        public void Dispose()
        {
            _rows?.Dispose();
            _connection?.Dispose();
        }
    }
}
