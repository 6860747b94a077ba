using System.Text;
using System.Text.Json;

namespace Saker.Testing;

/// <summary>The variables that objects of a rendered Helm chart would set: Secrets that <c>envFrom</c> takes, and <c>env</c>.</summary>
public static class ChartEnvironment
{
    /// <summary>The variables in the file of one rendered chart.</summary>
    public static Dictionary<string, string> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        Walk(document.RootElement, variables);
        return variables;
    }

    private static void Walk(JsonElement element, Dictionary<string, string> variables)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Walk(item, variables);
            }
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (element.TryGetProperty("kind", out var kind) && kind.ValueEquals("Secret") && element.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in data.EnumerateObject())
            {
                var text = entry.Value.GetString() ?? "";
                variables[entry.Name] = TryDecode(text);
            }
        }

        if (element.TryGetProperty("env", out var env) && env.ValueKind == JsonValueKind.Array)
        {
            foreach (var variable in env.EnumerateArray())
            {
                variables[variable.GetProperty("name").GetString()!] = variable.TryGetProperty("value", out var value) ? value.GetString() ?? "" : "";
            }
        }

        foreach (var property in element.EnumerateObject())
        {
            Walk(property.Value, variables);
        }
    }

    private static string TryDecode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : text;
    }
}
