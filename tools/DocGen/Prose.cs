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

    /// <summary>The summary of a property in Markdown.</summary>
    public static string Of(PropertyInfo property) =>
        Members.TryGetValue($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", out var summary)
            ? Markdown(summary)
            : throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no summary.");

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
