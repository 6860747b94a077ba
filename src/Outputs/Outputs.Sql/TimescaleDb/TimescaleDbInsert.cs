using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>One statement for several rows.</summary>
internal static class TimescaleDbInsert
{
    // What the protocol counts with 16 bits: https://www.postgresql.org/docs/current/limits.html
    public const int MaxParameters = 65_535;

    /// <summary>The statement; columns that no row has are left out, and a row without one has its default.</summary>
    public static (string Sql, List<NpgsqlParameter> Parameters) Of(string table, IReadOnlyList<Dictionary<string, string?>> rows)
    {
        var columns = rows.SelectMany(static row => row.Keys).Distinct(StringComparer.Ordinal).ToArray();
        var sql = new StringBuilder($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ");
        var parameters = new List<NpgsqlParameter>(columns.Length * rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            sql.Append(i == 0 ? "(" : ", (");
            for (var j = 0; j < columns.Length; j++)
            {
                sql.Append(j == 0 ? "" : ", ");
                if (!rows[i].TryGetValue(columns[j], out var text))
                {
                    sql.Append("DEFAULT");
                    continue;
                }

                // Without a type of its own it takes the column's, be that varchar, jsonb or integer.
                parameters.Add(new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown });
                sql.Append(CultureInfo.InvariantCulture, $"${parameters.Count}");
            }

            sql.Append(')');
        }

        return (sql.ToString(), parameters);
    }
}
