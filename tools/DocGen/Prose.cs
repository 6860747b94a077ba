using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Saker.DocGen;

/// <summary>The summaries of option records, from the compiler's XML files beside this program.</summary>
internal static partial class Prose
{
    private static readonly Dictionary<string, XElement> Members = Directory
        .EnumerateFiles(AppContext.BaseDirectory, "*.xml")
        .SelectMany(static file => XDocument.Load(file).Descendants("member"))
        .Where(static member => member.Element("summary") is not null)
        .GroupBy(static member => member.Attribute("name")!.Value)
        .ToDictionary(static group => group.Key, static group => group.First().Element("summary")!);

    // By the constructor, whose parameters' types do not matter here, and by the parameter.
    private static readonly Dictionary<(string Constructor, string Name), XElement> Parameters = Directory
        .EnumerateFiles(AppContext.BaseDirectory, "*.xml")
        .SelectMany(static file => XDocument.Load(file).Descendants("member"))
        .Where(static member => member.Attribute("name")!.Value.StartsWith("M:", StringComparison.Ordinal))
        .SelectMany(static member => member.Elements("param").Select(param => (Key: (member.Attribute("name")!.Value[2..].Split('(')[0], param.Attribute("name")!.Value), Text: param)))
        .GroupBy(static pair => pair.Key)
        .ToDictionary(static group => group.Key, static group => group.First().Text);

    /// <summary>The summary of a property in Markdown.</summary>
    public static string Of(PropertyInfo property) =>
        Members.TryGetValue($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", out var summary)
            ? Markdown(summary)
            : throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no summary.");

    /// <summary>The same for a member of a record, which may be described as a parameter of it.</summary>
    public static string OfMember(PropertyInfo property)
    {
        var type = property.DeclaringType!.FullName!.Replace('+', '.');
        return Parameters.TryGetValue(($"{type}.#ctor", property.Name), out var text) ? Markdown(text) : Of(property);
    }

    private static string Markdown(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(static node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref") ?? see.Attribute("langword"))?.Value.Split('.')[^1]}`",
            XElement element => element.Value,
            _ => node.ToString().Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal),
        }));
        return Blanks().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
