using System.Buffers;
using System.Globalization;
using System.Text;
using Saker.Alerts;

namespace Saker.Outputs.Local;

/// <summary>Alerts as lines.</summary>
internal static class AlertLines
{
    /// <summary>The alert as JSON with a line feed.</summary>
    public static ReadOnlyMemory<byte> Json(Alert alert)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        AlertWriter.Write(buffer, alert);
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>A line for people: time, priority, rule, message. Control characters become blanks, so that no alert can draw on a terminal.</summary>
    public static ReadOnlyMemory<byte> Text(Alert alert)
    {
        var time = alert.Time.ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var line = new StringBuilder($"{time} {alert.Priority.Word(),-13} {alert.Rule}  {alert.Output}");
        for (var i = 0; i < line.Length; i++)
        {
            if (char.IsControl(line[i]))
            {
                line[i] = ' ';
            }
        }

        return Encoding.UTF8.GetBytes(line.Append('\n').ToString());
    }
}
