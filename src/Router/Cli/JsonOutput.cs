using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Saker.Router.Api;

namespace Saker.Router.Cli;

/// <summary>The option <c>--json</c> of all commands that print something: one JSON document on standard output, for other programs.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The option. One object for all commands: only the one that is run has a value for it.</summary>
    public static Option<bool> Option { get; } = new("--json") { Description = "Prints JSON, for other programs." };

    /// <summary>The forms of the API, indented.</summary>
    public static ApiJson Forms { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a value of the API and a line break.</summary>
    public static Task WriteAsync<T>(TextWriter output, T value, JsonTypeInfo<T> form) => output.WriteLineAsync(JsonSerializer.Serialize(value, form));

    /// <summary>Writes a document and a line break.</summary>
    public static Task WriteAsync(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            write(json);
        }

        return output.WriteLineAsync(Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }
}
