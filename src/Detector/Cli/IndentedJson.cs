using System.Text.Encodings.Web;
using System.Text.Json;

namespace Saker.Detector.Cli;

/// <summary>How commands print JSON: for people too, with only those characters escaped that JSON wants escaped.</summary>
internal static class IndentedJson
{
    /// <summary>The options.</summary>
    public static JsonSerializerOptions Options { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
