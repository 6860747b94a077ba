using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.DocGen;

/// <summary>A JSON schema for editors. It knows the keys in lower case only; the router takes section names and keys in any case.</summary>
internal static class SchemaFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(OutputCatalogue catalogue)
    {
        var root = Section(OptionSchema.For(typeof(RouterOptions)));
        var properties = root["properties"]!.AsObject();
        foreach (var output in catalogue.All.Where(static output => output.Descriptor.InFalcosidekick))
        {
            Add(properties, output);
        }

        var types = new JsonArray();
        foreach (var output in catalogue.All)
        {
            var instance = Section(OptionSchema.For(output.OptionsType));
            if (output.Group is { } group)
            {
                instance["properties"]![group.Name] = Section(OptionSchema.For(group.OptionsType));
            }

            instance["properties"]!["type"] = new JsonObject { ["const"] = output.Descriptor.Type };
            instance["required"] = new JsonArray("type");
            types.Add(instance);
        }

        properties["outputs"] = new JsonObject
        {
            ["type"] = "object",
            ["propertyNames"] = Name(),
            ["additionalProperties"] = new JsonObject { ["oneOf"] = types },
        };
        return Text(root, "Configuration of saker-router");
    }

    /// <summary>A whole schema as text.</summary>
    /// <param name="root">What may stand in the file.</param>
    /// <param name="title">What it is.</param>
    public static string Text(JsonObject root, string title)
    {
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", title);
        return root.ToJsonString(Indented) + "\n";
    }

    // An output of a group stands in the group's section, beside the keys that the group shares.
    private static void Add(JsonObject properties, OutputRegistration output)
    {
        var section = Section(OptionSchema.For(output.OptionsType));
        if (output.Group is not { } group)
        {
            properties[output.Descriptor.Type] = section;
            return;
        }

        properties[group.Name] ??= Section(OptionSchema.For(group.OptionsType));
        properties[group.Name]!["properties"]![output.Descriptor.Type[(group.Name.Length + 1)..]] = section;
    }

    /// <summary>The keys of an option record.</summary>
    public static JsonObject Section(OptionSchema schema)
    {
        var properties = new JsonObject();
        foreach (var key in schema.Keys)
        {
            properties[key.Name] = key.Kind == OptionKind.Section ? Section(key.Section) : Key(key);
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    // Lists and maps may be written in one text as well.
    private static JsonObject Key(OptionKey key)
    {
        var node = key.Kind switch
        {
            OptionKind.List => new JsonObject { ["type"] = new JsonArray("array", "string") },
            OptionKind.Map when key.AllowsBareKeys => new JsonObject { ["type"] = new JsonArray("object", "array", "string") },
            OptionKind.Map => new JsonObject { ["type"] = new JsonArray("object", "string") },
            OptionKind.NamedSections => new JsonObject { ["type"] = "object", ["propertyNames"] = Name(), ["additionalProperties"] = Section(key.Section) },
            OptionKind.Sections => new JsonObject { ["type"] = "array", ["items"] = Section(key.Section) },
            _ => Scalar(key),
        };
        node["description"] = Prose.Of(key.Property);
        return node;
    }

    private static JsonObject Name() => new() { ["pattern"] = "^[a-z0-9][a-z0-9-]{0,62}$" };

    private static JsonObject Scalar(OptionKey key)
    {
        if (key.Words.Count > 0)
        {
            return new JsonObject { ["enum"] = new JsonArray([.. key.Words.Append("").Select(static word => JsonValue.Create(word))]) };
        }

        if (key.ValueType == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean", ["default"] = (bool?)key.Default };
        }

        if (!ScalarConverter.IsInteger(key.ValueType))
        {
            return new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["default"] = KeyFacts.Default(key) };
        }

        var node = new JsonObject { ["type"] = "integer", ["default"] = Convert.ToInt64(key.Default, System.Globalization.CultureInfo.InvariantCulture) };
        if (key.Checks.OfType<RangeAttribute>().FirstOrDefault() is { } range)
        {
            node["minimum"] = Convert.ToInt64(range.Minimum, System.Globalization.CultureInfo.InvariantCulture);
            node["maximum"] = Convert.ToInt64(range.Maximum, System.Globalization.CultureInfo.InvariantCulture);
        }

        return node;
    }
}
