using System.Globalization;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;
using Saker.Text;

namespace Saker.Rules.Loading;

/// <summary>Reads the values of one item; what is wrong is told and gives no value.</summary>
internal sealed class ItemReader(YamlMapping item, ItemContext context, DiagnosticBag diagnostics)
{
    /// <summary>True when something was wrong.</summary>
    public bool Failed { get; private set; }

    public ItemContext Context { get; } = context;

    public YamlMapping Item => item;

    public bool Has(string key) => item[key] is not null;

    /// <summary>A value that must be there.</summary>
    public YamlScalar? Required(string key)
    {
        if (item[key] is not null)
        {
            return Optional(key);
        }

        Fail($"Item has no mapping for key '{key}'", Context);
        return null;
    }

    /// <summary>A value that may be missing.</summary>
    public YamlScalar? Optional(string key)
    {
        var value = item[key];
        switch (value)
        {
            case null:
                return null;
            case { IsNull: true }:
                Fail($"Mapping for key '{key}' is empty", Context);
                return null;
            case YamlScalar { Value.Length: > 0 } scalar:
                return scalar;
            case YamlScalar:
                Fail("Value must be non-empty", Context.At(value, "value for", key));
                return null;
            default:
                Fail("Value is not a scalar value", Context.At(value, "value for", key));
                return null;
        }
    }

    public bool? OptionalBool(string key)
    {
        if (Optional(key) is not { } scalar)
        {
            return null;
        }

        if (scalar.TryBool(out var value))
        {
            return value;
        }

        Fail($"'{scalar.Value}' is neither true nor false", Context.At(scalar, "value for", key));
        return null;
    }

    public ulong? OptionalNumber(string key)
    {
        if (Optional(key) is not { } scalar)
        {
            return null;
        }

        if (ulong.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        Fail($"'{scalar.Value}' is not a whole number", Context.At(scalar, "value for", key));
        return null;
    }

    /// <summary>A sequence of values; null when it is missing or wrong.</summary>
    public List<string>? Sequence(string key, bool required)
    {
        if (item[key] is not { } node)
        {
            if (required)
            {
                Fail($"Item has no mapping for key '{key}'", Context);
            }

            return null;
        }

        var valueContext = Context.At(node, "value for", key);
        if (node is not YamlSequence sequence)
        {
            Fail("Value is not a sequence", valueContext);
            return null;
        }

        var values = new List<string>(sequence.Items.Count);
        foreach (var member in sequence.Items)
        {
            if (member is YamlScalar { IsNull: false } scalar)
            {
                values.Add(scalar.Value);
            }
            else
            {
                Fail(
                    member.IsNull ? "sequence value is not scalar: null and ~ are no words; write them in quotes" : "sequence value is not scalar",
                    valueContext.At(member, "list item"));
            }
        }

        return values;
    }

    /// <summary>Which keys are appended and which replaced; null when there is no override.</summary>
    public Dictionary<string, bool>? Overrides(IReadOnlySet<string> appendable, IReadOnlySet<string> replaceable)
    {
        if (item["override"] is not { } node || node.IsNull)
        {
            return null;
        }

        var overrideContext = Context.At(item, "overrides");
        var result = new Dictionary<string, bool>();
        if (node is not YamlMapping mapping)
        {
            Fail("'override' must map keys to 'append' or 'replace'", overrideContext);
            return result;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            var operation = (value as YamlScalar)?.Value;
            var keyContext = overrideContext.At(key, "overrides", key.Value);
            if (operation == "append" && !appendable.Contains(key.Value))
            {
                Fail($"Key '{key.Value}' cannot be appended to{(replaceable.Contains(key.Value) ? ", use 'replace' instead" : "")}", keyContext);
            }
            else if (operation == "replace" && !replaceable.Contains(key.Value))
            {
                Fail($"Key '{key.Value}' cannot be replaced", keyContext);
            }
            else if (operation is not ("append" or "replace"))
            {
                Fail($"'{operation}' is no override for key '{key.Value}'; it can be append or replace", overrideContext.At(value, "value for", key.Value));
            }
            else
            {
                result[key.Value] = operation == "append";
            }
        }

        return result;
    }

    /// <summary>Tells of keys that mean nothing.</summary>
    public void WarnUnknownKeys(IReadOnlySet<string> known)
    {
        foreach (var (key, _) in item.Entries)
        {
            if (known.Contains(key.Value))
            {
                continue;
            }

            var near = NearestWord.Find(key.Value, known);
            diagnostics.Add(DiagnosticCode.UnknownKey,
                $"Unknown key '{key.Value}'. The key will be ignored.{(near is null ? "" : $" Did you mean '{near}'?")}", Context, key, key.Value.Length);
        }
    }

    public void Warn(DiagnosticCode code, string message) => diagnostics.Add(code, message, Context);

    /// <summary>Tells of a mistake in the form.</summary>
    public void Fail(string message, ItemContext at) => Fail(DiagnosticCode.YamlValidate, message, at);

    /// <summary>Tells of a mistake.</summary>
    public void Fail(DiagnosticCode code, string message, ItemContext at)
    {
        Failed = true;
        diagnostics.Add(code, message, at);
    }

}
