using System.Text.Json;
using Saker.Detector.Outputs;

namespace Saker.Detector.RuleTools;

/// <summary>What an alert in JSON says.</summary>
internal static class AlertText
{
    /// <summary>The message alone, without time and priority. The alert must have been made with <c>json_include_message_property</c>.</summary>
    public static string MessageOf(AlertLine alert)
    {
        using var document = JsonDocument.Parse(alert.Line);
        return document.RootElement.GetProperty("message").GetString() ?? "";
    }
}
