using System.Text;
using System.Text.Json;
using Xunit;

namespace Saker.Testing;

/// <summary>
/// What a container gets from a rendered chart, by Kubernetes' rules: the Secrets of <c>envFrom</c> in their order, and over them
/// <c>env</c>, with values of its own or from a key of a Secret.
/// </summary>
public static class ChartEnvironment
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> NoSecrets = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The variables of Falcosidekick's container in a recorded rendering.</summary>
    /// <param name="chart">The rendering's name: <c>falcosidekick-default</c>.</param>
    /// <param name="others">Secrets that the chart names and does not make, by name.</param>
    public static Dictionary<string, string> Read(string chart, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? others = null)
    {
        using var document = JsonDocument.Parse(RecordedData.Bytes("charts", $"{chart}.json"));
        var container = Container(document.RootElement);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var from in container.GetProperty("envFrom").EnumerateArray())
        {
            foreach (var (name, value) in Secret(document.RootElement, from.GetProperty("secretRef").GetProperty("name").GetString()!, others ?? NoSecrets))
            {
                variables[name] = value;
            }
        }

        foreach (var variable in container.GetProperty("env").EnumerateArray())
        {
            variables[variable.GetProperty("name").GetString()!] = variable.TryGetProperty("valueFrom", out var from)
                ? OfSecret(document.RootElement, from.GetProperty("secretKeyRef"), others ?? NoSecrets)
                : variable.GetProperty("value").GetString()!;
        }

        return variables;
    }

    /// <summary>The arguments of Falcosidekick's container.</summary>
    public static IReadOnlyList<string> Arguments(string chart)
    {
        using var document = JsonDocument.Parse(RecordedData.Bytes("charts", $"{chart}.json"));
        return Container(document.RootElement).TryGetProperty("args", out var arguments)
            ? [.. arguments.EnumerateArray().Select(static argument => argument.GetString()!)]
            : [];
    }

    private static JsonElement Container(JsonElement rendered) => Assert.Single(
        rendered.GetProperty("deployments").EnumerateObject().SelectMany(static deployment => deployment.Value.EnumerateArray()),
        static container => container.GetProperty("name").ValueEquals("falcosidekick"));

    private static string OfSecret(JsonElement rendered, JsonElement reference, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> others) =>
        Secret(rendered, reference.GetProperty("name").GetString()!, others)[reference.GetProperty("key").GetString()!];

    private static IReadOnlyDictionary<string, string> Secret(JsonElement rendered, string name, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> others) =>
        rendered.GetProperty("secrets").TryGetProperty(name, out var secret)
            ? secret.EnumerateObject().ToDictionary(static entry => entry.Name, static entry => Encoding.UTF8.GetString(entry.Value.GetBytesFromBase64()))
            : others[name];
}
