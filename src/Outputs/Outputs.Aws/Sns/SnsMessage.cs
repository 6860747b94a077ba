using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Aws.Services;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Aws.Sns;

/// <summary>An attribute of a message, by which subscriptions filter.</summary>
internal readonly record struct SnsAttribute(string Name, string Type, string Value);

/// <summary>What is published for an alert.</summary>
internal sealed record SnsMessage(string Text, IReadOnlyList<SnsAttribute> Attributes)
{
    /// <summary>Bytes of a request's messages, attributes included: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Characters of an attribute's name: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html.</summary>
    public const int MaxNameLength = 256;

    private const string TextType = "String";
    private const string NumberType = "Number";

    /// <summary>Bytes as SNS counts them.</summary>
    public int Bytes { get; } = Encoding.UTF8.GetByteCount(Text)
        + Attributes.Sum(static a => Encoding.UTF8.GetByteCount(a.Name) + a.Type.Length + Encoding.UTF8.GetByteCount(a.Value));

    /// <summary>The group of a FIFO topic.</summary>
    public string Group { get; init; } = "";

    /// <summary>The id by which a FIFO topic knows a message that it has already.</summary>
    public string Id { get; init; } = "";

    /// <summary>The message for an alert, within SNS's bound; under strict compatibility as Falcosidekick makes it, whatever SNS says to that.</summary>
    public static SnsMessage From(AlertView view, SnsOptions options)
    {
        var message = Of(view, options);
        if (!view.IsStrict && message.Bytes > MaxBytes)
        {
            message = Of(AlertView.For(AlertCut.ToFit(view.Alert, candidate => Of(AlertView.For(candidate, false), options).Bytes, MaxBytes), false), options);
        }

        return options.TopicArn.EndsWith(".fifo", StringComparison.Ordinal)
            ? message with { Group = GroupName(options.MessageGroupId.Length > 0 ? options.MessageGroupId : view.Alert.Hostname), Id = view.Alert.Uuid.ToString() }
            : message;
    }

    /// <summary>Adds the message to a form, below a prefix.</summary>
    public void WriteTo(AwsForm form, string prefix)
    {
        form.Add($"{prefix}Message", Text);
        for (var i = 0; i < Attributes.Count; i++)
        {
            var entry = string.Create(CultureInfo.InvariantCulture, $"{prefix}MessageAttributes.entry.{i + 1}.");
            form.Add($"{entry}Name", Attributes[i].Name).Add($"{entry}Value.DataType", Attributes[i].Type).Add($"{entry}Value.StringValue", Attributes[i].Value);
        }

        if (Group.Length > 0)
        {
            form.Add($"{prefix}MessageGroupId", Group).Add($"{prefix}MessageDeduplicationId", Id);
        }
    }

    private static SnsMessage Of(AlertView view, SnsOptions options)
    {
        if (options.RawJson)
        {
            return new SnsMessage(Encoding.UTF8.GetString(view.ToJson().Span), []);
        }

        var text = view.IsStrict ? view.Alert.Output : Printable(view.Alert.Output.Length > 0 ? view.Alert.Output : view.Alert.Rule);
        return new SnsMessage(text, [.. (view.IsStrict ? Strict(view.Alert) : Own(view.Alert)).OrderBy(static a => a.Name, Utf8Order.Instance)]);
    }

    private static Dictionary<string, SnsAttribute>.ValueCollection Strict(Alert alert)
    {
        var attributes = OfAlert(alert).ToDictionary(static a => a.Name, StringComparer.Ordinal);
        foreach (var (field, value) in alert.OutputFields)
        {
            var name = WithoutBrackets(field);
            if (value.Kind is FieldKind.Text or FieldKind.Number)
            {
                attributes[name] = new(name, value.Kind is FieldKind.Text ? TextType : NumberType, value.Raw!);
            }
        }

        return attributes.Values;
    }

    // SNS refuses a message for one attribute that is empty or whose name it does not like.
    private static Dictionary<string, SnsAttribute>.ValueCollection Own(Alert alert)
    {
        var attributes = OfAlert(alert).Where(static a => a.Value.Length > 0).ToDictionary(static a => a.Name, static a => a with { Value = Printable(a.Value) }, StringComparer.Ordinal);
        foreach (var (field, value) in alert.OutputFields)
        {
            if (value.Kind != FieldKind.Null && value.ToString() is { Length: > 0 } text)
            {
                var name = Name(field);
                name = attributes.ContainsKey(name) ? Name($"field.{field}") : name;
                attributes.TryAdd(name, new(name, value.Kind is FieldKind.Number ? NumberType : TextType, Printable(text)));
            }
        }

        return attributes.Values;
    }

    private static IEnumerable<SnsAttribute> OfAlert(Alert alert)
    {
        yield return new("priority", TextType, alert.Priority.Word());
        yield return new("rule", TextType, alert.Rule);
        yield return new("source", TextType, alert.Source);
        if (alert.Tags.Count > 0)
        {
            yield return new("tags", TextType, string.Join(',', alert.Tags));
        }

        if (alert.Hostname.Length > 0)
        {
            yield return new("hostname", TextType, alert.Hostname);
        }
    }

    private static string WithoutBrackets(string name) => name.Replace('[', '.').Replace("]", "", StringComparison.Ordinal);

    /// <summary>A name that SNS takes: letters, digits, '_', '-' and '.', no dot at its ends or beside another, and not one that AWS keeps for itself.</summary>
    private static string Name(string field)
    {
        var name = new StringBuilder(field.Length);
        foreach (var unit in WithoutBrackets(field))
        {
            var taken = char.IsAsciiLetterOrDigit(unit) || unit is '_' or '-' or '.' ? unit : '_';
            name.Append(taken == '.' && (name.Length == 0 || name[^1] == '.') ? '_' : taken);
        }

        name.Length = Math.Min(name.Length, MaxNameLength);
        if (name.Length > 0 && name[^1] == '.')
        {
            name[^1] = '_';
        }

        var text = name.Length == 0 ? "_" : name.ToString();
        return text.StartsWith("AWS.", StringComparison.OrdinalIgnoreCase) || text.StartsWith("Amazon.", StringComparison.OrdinalIgnoreCase)
            ? text.Replace('.', '_') : text;
    }

    private static string GroupName(string name)
    {
        // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: up to 128 letters, digits and punctuation.
        var group = string.Concat(name.Take(128).Select(static unit => unit is > ' ' and <= '~' ? unit : '_'));
        return group.Length > 0 ? group : "falco";
    }

    // XML, in which subscribers get it, has no characters for these.
    private static string Printable(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '\uFFFD') < 0 ? text
        : string.Concat(text.Select(static unit => unit is >= ' ' and not ('\uFFFE' or '\uFFFF') or '\t' or '\n' or '\r' ? unit : '\uFFFD'));
}
