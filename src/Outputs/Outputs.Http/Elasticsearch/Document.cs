using System.Buffers;
using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>An alert as a document: the alert's JSON with the time once more, where Kibana looks for it.</summary>
internal sealed partial class Document
{
    private const string Prefix = "output_fields.";
    private const string LeftOutField = "unindexed";

    private readonly AlertView view;
    private readonly IReadOnlyList<string> leftOut;

    private Document(AlertView view, IReadOnlyList<string> leftOut) => (this.view, this.leftOut) = (view, leftOut);

    /// <summary>The alert's id, under which a document that is sent twice is found to be there.</summary>
    public Guid Id => view.Alert.Uuid;

    /// <summary>The alert's time.</summary>
    public AlertTime Time => view.Alert.Time;

    /// <summary>The document of an alert.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="strict">As Falcosidekick.</param>
    /// <param name="flat">Without dots in the names of fields.</param>
    public static Document Of(Alert alert, bool strict, bool flat)
    {
        var view = AlertView.For(alert, strict);
        return new Document(flat ? view.With(Flat(view)) : view, []);
    }

    /// <summary>The same without the field that <paramref name="reason"/> names as one that does not fit the index; null when it names none of the fields.</summary>
    public Document? WithoutField(string reason)
    {
        if (Unparsed().Match(reason) is not { Success: true } match || !match.Groups[1].Value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        // An object of the index may be the beginning of several names.
        var name = match.Groups[1].Value[Prefix.Length..];
        var fields = view.Alert.OutputFields;
        var wrong = fields.Where(field => field.Key == name || field.Key.StartsWith(name + ".", StringComparison.Ordinal)).ToList();
        return wrong.Count == 0 ? null : new Document(
            view.With(AlertFields.From(fields.Except(wrong))), [.. leftOut, .. wrong.Select(static field => $"{field.Key}={field.Value}")]);
    }

    /// <summary>The document as one line.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var body = new ArrayBufferWriter<byte>(2048);
        WriteTo(body);
        return body.WrittenMemory;
    }

    /// <summary>Writes the document as one line.</summary>
    public void WriteTo(ArrayBufferWriter<byte> body)
    {
        body.Write(view.ToJson().Span[..^1]);
        body.Write(","u8);
        var json = new GoJsonWriter(body);
        json.Name("@timestamp");
        json.Text(view.Alert.Time.ToString());

        // What does not fit the index is kept as text: it is evidence.
        if (!view.IsStrict && leftOut.Count > 0)
        {
            json.Name(LeftOutField);
            json.BeginList();
            foreach (var text in leftOut)
            {
                json.Text(text);
            }

            json.EndList();
        }

        json.EndObject();
    }

    private static AlertFields Flat(AlertView view)
    {
        var flat = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var (name, value) in view.Alert.OutputFields)
        {
            var flatName = name.Replace('.', '_');
            if (view.IsStrict)
            {
                flat.TryAdd(flatName, value);
            }
            else
            {
                flat.AddNumbered(flatName, value);
            }
        }

        return AlertFields.From(flat);
    }

    [GeneratedRegex(@"failed to parse field \[(.+?)\] of type")]
    private static partial Regex Unparsed();
}
