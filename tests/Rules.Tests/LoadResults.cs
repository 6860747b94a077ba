using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Rules.Yaml;

namespace Saker.Rules.Tests;

/// <summary>What was found, as JSON in the shape of <c>falco --validate</c>.</summary>
public class LoadResults
{
    private const string Good = "  desc: d\n  output: o\n  priority: INFO\n";

    [Fact]
    public void Each_file_has_its_result()
    {
        var json = Write(
            new RuleFile("good.yaml", "- rule: one\n  condition: evt.type = open\n" + Good),
            new RuleFile("empty.yaml", "# nothing\n"),
            new RuleFile("bad.yaml", "- rule: two\n  conditon: x\n  condition: evt.type = open and fd.nme = a\n" + Good + "- lst: a\n"),
            new RuleFile("form.yaml", "- list: l\n"),
            new RuleFile("warned.yaml", "- rule: three\n  condition: evt.type = open and evt.dir = <\n" + Good),
            RuleFile.Unreadable("gone.yaml", "It is gone."));
        Assert.Equal(
            """
            {"falco_load_results":[
            {"errors":[],"name":"good.yaml","schema_valid":true,"schema_warnings":[],"successful":true,"warnings":[]},
            {"errors":[],"name":"empty.yaml","successful":true,"warnings":[]},
            {"errors":[{"code":"LOAD_ERR_COMPILE_CONDITION","codedesc":"A condition has a mistake","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"bad.yaml","offset":0}},{"item_name":"two","item_type":"rule","position":{"column":2,"line":0,"name":"bad.yaml","offset":2}},{"item_name":"","item_type":"rule condition","position":{"column":13,"line":2,"name":"bad.yaml","offset":39}},{"item_name":"","item_type":"condition expression","position":{"column":34,"line":3,"name":"\"evt.type = open a...\"","offset":59}}],"snippet":"evt.type = open and fd.nme = a\n                             ^\n"},"message":"unknown field 'fd.nme' (did you mean fd.name?)"}],"name":"bad.yaml","schema_valid":true,"schema_warnings":[],"successful":false,"warnings":[{"code":"LOAD_UNKNOWN_KEY","codedesc":"The item has a key that means nothing","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"bad.yaml","offset":0}},{"item_name":"two","item_type":"rule","position":{"column":2,"line":0,"name":"bad.yaml","offset":2}}],"snippet":"- rule: two\n  ^\n"},"message":"Unknown key 'conditon'. The key will be ignored. Did you mean 'condition'?"},{"code":"LOAD_UNKNOWN_ITEM","codedesc":"The item is no rule, macro or list","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"bad.yaml","offset":0}},{"item_name":"","item_type":"rules content item","position":{"column":2,"line":6,"name":"bad.yaml","offset":111}}],"snippet":"- lst: a\n  ^\n"},"message":"Unknown top level item"}]},
            {"errors":[{"code":"LOAD_ERR_YAML_VALIDATE","codedesc":"An item of the file has not the form that it needs","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"form.yaml","offset":0}},{"item_name":"l","item_type":"list","position":{"column":2,"line":0,"name":"form.yaml","offset":2}}],"snippet":"- list: l\n  ^\n"},"message":"Item has no mapping for key 'items'"}],"name":"form.yaml","schema_valid":false,"schema_warnings":[],"successful":false,"warnings":[]},
            {"errors":[],"name":"warned.yaml","schema_valid":true,"schema_warnings":[],"successful":true,"warnings":[{"code":"LOAD_DEPRECATED_ITEM","codedesc":"The item uses what will go away","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"warned.yaml","offset":0}},{"item_name":"three","item_type":"rule","position":{"column":2,"line":0,"name":"warned.yaml","offset":2}},{"item_name":"","item_type":"rule condition","position":{"column":13,"line":1,"name":"warned.yaml","offset":27}},{"item_name":"","item_type":"condition expression","position":{"column":13,"line":1,"name":"\"evt.type = open a...\"","offset":27}}],"snippet":"evt.type = open and evt.dir = <\n                           ^\n"},"deprecated_field":"evt.dir","message":"'evt.dir = <' is always true and 'evt.dir = >' never: enter events are not delivered. Leave 'evt.dir' out."}]},
            {"errors":[{"code":"LOAD_ERR_FILE_READ","codedesc":"The file cannot be read","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"gone.yaml","offset":0}}],"snippet":"<No context available>\n"},"message":"It is gone."}],"name":"gone.yaml","schema_valid":false,"schema_warnings":[],"successful":false,"warnings":[]}]}
            """.Replace("\n", "", StringComparison.Ordinal),
            json);
    }

    /// <summary>At most 80 characters to either side; three dots in the place of the last three that are cut.</summary>
    [Theory]
    [InlineData(80, 79, false, false)]
    [InlineData(80, 80, false, false)]
    [InlineData(81, 80, true, false)]
    [InlineData(80, 81, false, true)]
    [InlineData(200, 200, true, true)]
    [InlineData(14, 3, false, false)]
    public void An_excerpt_is_part_of_a_long_line(int before, int after, bool cutBefore, bool cutAfter)
    {
        // The mistake is a mapping in a list; it starts behind "before" characters, and "after" more follow its brace.
        const string start = "  items: [";
        var whole = start + new string('b', before - start.Length - 1) + ",{" + new string('c', after - 2) + "}]";
        var shownBefore = cutBefore ? "..." + whole[(before - 77)..before] : whole[..before];
        var shownAfter = cutAfter ? whole[before..(before + 78)] + "..." : whole[before..];
        using var document = JsonDocument.Parse(Write(new RuleFile("r.yaml", $"- list: l\n{whole}\n")));
        var snippet = document.RootElement.GetProperty("falco_load_results")[0].GetProperty("errors")[0].GetProperty("context").GetProperty("snippet").GetString();
        Assert.Equal($"{shownBefore}{shownAfter}\n{new string(' ', Math.Min(before, 80))}^\n", snippet);
    }

    private static string Write(params RuleFile[] files)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            LoadResultJson.Write(writer, files.Select(static file => file.Name), RuleLoader.Load(files, FalcoSource.Options()));
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
