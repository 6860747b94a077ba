using System.Text.Json;
using Saker.Alerts;

namespace Saker.Outputs.Rendering;

/// <summary>Values of fields in JSON.</summary>
public static class FieldJson
{
    /// <summary>Writes the value of a field as Go writes it: numbers as they were written, the keys of maps sorted.</summary>
    public static void Value(this GoJsonWriter json, FieldValue value)
    {
        switch (value.Kind)
        {
            case FieldKind.Text:
                json.Text(value.Raw!);
                break;
            case FieldKind.Null:
                json.Literal("null");
                break;
            case FieldKind.True or FieldKind.False:
                json.Literal(value.Kind is FieldKind.True ? "true" : "false");
                break;
            case FieldKind.Number:
                json.Literal(value.Raw!);
                break;
            default:
                WriteNested(json, value.Raw!);
                break;
        }
    }

    // Go sorts the keys of nested maps. Walks a stack of its own, since the depth comes from the network.
    private static void WriteNested(GoJsonWriter json, string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = AlertReader.MaxDepth });
        var open = new Stack<(IEnumerator<(string? Name, JsonElement Value)> Items, bool IsObject)>();
        open.Push((((IEnumerable<(string?, JsonElement)>)[(null, document.RootElement)]).GetEnumerator(), false));
        while (open.TryPeek(out var top))
        {
            if (!top.Items.MoveNext())
            {
                top.Items.Dispose();
                open.Pop();
                if (open.Count == 0)
                {
                    break;
                }

                if (top.IsObject)
                {
                    json.EndObject();
                }
                else
                {
                    json.EndList();
                }

                continue;
            }

            var (name, value) = top.Items.Current;
            if (name is not null)
            {
                json.Name(name);
            }

            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    json.BeginObject();
                    open.Push((Members(value).GetEnumerator(), true));
                    break;
                case JsonValueKind.Array:
                    json.BeginList();
                    open.Push((value.EnumerateArray().Select(static v => ((string?)null, v)).GetEnumerator(), false));
                    break;
                case JsonValueKind.String:
                    json.Text(value.GetString()!);
                    break;
                default:
                    json.Literal(value.GetRawText());
                    break;
            }
        }
    }

    private static IEnumerable<(string? Name, JsonElement Value)> Members(JsonElement value) => value.EnumerateObject()
        .GroupBy(static member => member.Name)
        .OrderBy(static group => group.Key, Utf8Order.Instance)
        .Select(static group => ((string?)group.Key, group.Last().Value));
}
