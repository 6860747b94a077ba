using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Detector.Alerting;
using Saker.Settings;

namespace Saker.Detector.Telemetry;

/// <summary>The file that snapshots are appended to (<c>metrics.output_file</c>), opened for each so that it may be moved away.</summary>
/// <param name="path">The file.</param>
/// <param name="logger">Told when it cannot be written, and when it can again.</param>
internal sealed partial class SnapshotFile(string path, ILogger logger)
{
    private long samples;
    private bool isFailing;

    /// <summary>Appends one snapshot.</summary>
    public void Append(IEnumerable<KeyValuePair<string, object>> fields)
    {
        var line = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            // Falco's file has them in this order.
            InternalAlert.WriteFields(json, fields.OrderBy(static field => field.Key, StringComparer.Ordinal));
            json.WriteNumber("sample"u8, ++samples);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        try
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            file.Write(line.WrittenSpan);
            if (isFailing)
            {
                Writes(logger, path);
            }

            isFailing = false;
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            if (!isFailing)
            {
                CannotWrite(logger, path, exception.Message);
            }

            isFailing = true;
        }
    }

    [LoggerMessage(1303, LogLevel.Error, "Figures cannot be written into {File} (metrics.output_file): {Reason} They are lost for it until they can.")]
    private static partial void CannotWrite(ILogger logger, string file, string reason);

    [LoggerMessage(1304, LogLevel.Information, "Figures are written into {File} again.")]
    private static partial void Writes(ILogger logger, string file);
}
