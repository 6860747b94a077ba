using System.Xml.Linq;
using Saker.DocGen.Pictures;
using Saker.Router.Configuration;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>The page of an output that people read shows what arrives, drawn from what is sent.</summary>
public sealed class PictureTests
{
    private static readonly string[] Plain = ["svg", "title", "rect", "line", "path", "text"];

    public static TheoryData<string> Pictures => [.. OutputCatalogue.Default.All.Where(static output => PictureList.Of(output) is not null).Select(static output => output.Descriptor.Type)];

    [Fact]
    public void Chats_and_mail_have_a_picture() =>
        Assert.All(PictureList.Wanted(OutputCatalogue.Default), static type =>
            Assert.True(Pictures.Any(picture => picture.Data == type), $"'{type}' is read by people: add it to tools/DocGen/Pictures/PictureList.cs."));

    // A chat with another name than Falcosidekick's would never be asked for its picture.
    [Fact]
    public void The_chats_are_outputs_of_Falcosidekick()
    {
        var known = File.ReadLines(Path.Combine(SharedData.ProjectRoot, "src/Router/Configuration/falcosidekick-outputs.tsv")).Select(static line => line.Split('\t')[0]);
        Assert.Empty(PictureList.Chats.Except(known));
    }

    [Fact]
    public void Every_listed_picture_belongs_to_an_output() => Assert.Equal(PictureList.Types.Order(StringComparer.Ordinal), Pictures.Select(static picture => picture.Data).Order(StringComparer.Ordinal));

    // GitHub shows a picture by an img element, where nothing is fetched and nothing runs.
    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task A_picture_has_plain_shapes_inside_its_edges(string type)
    {
        var drawing = await DrawAsync(type);
        Assert.Empty(drawing.DescendantsAndSelf().Select(static element => element.Name.LocalName).Except(Plain));
        Assert.DoesNotContain(drawing.DescendantsAndSelf().Attributes(), static attribute => !attribute.IsNamespaceDeclaration && attribute.Value.Contains("://", StringComparison.Ordinal));
        Assert.All(Texts(drawing).Where(static text => text.Attribute("text-anchor") is null), static text =>
        {
            var width = TextMeasure.Width(text.Value, (int)text.Attribute("font-size")!, text.Attribute("font-weight") is not null);
            Assert.InRange((int)text.Attribute("x")! + width, 1, SvgCanvas.Width - SvgCanvas.Margin);
        });
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task A_picture_shows_all_of_the_alert(string type)
    {
        var shown = string.Join(' ', Texts(await DrawAsync(type)).Select(static text => text.Value));
        var alert = SampleDelivery.Alert;
        Assert.All(
            alert.OutputFields.SelectMany(static field => new[] { field.Key, field.Value.ToString() }).Append(alert.Rule).Append(alert.Output).Append(alert.Hostname),
            expected => Assert.Contains(expected, shown, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("one two three", "one two|three")]
    [InlineData("first\nsecond", "first|second")]
    [InlineData("mmmmmmmmmmmm", "mmmmmm|mmmmmm")]
    public void A_text_is_broken_at_blanks_and_where_a_word_is_too_wide(string text, string lines) =>
        Assert.Equal(lines.Split('|'), TextMeasure.Wrap(text, 10, 60));

    [Theory]
    [InlineData("<table><tr><td><ul></ul></td></tr></table>", "<ul>")]
    [InlineData("<table></table>outside", "outside")]
    public void What_a_mail_has_and_the_drawing_does_not_know_is_said(string html, string named) =>
        Assert.Contains(named, Assert.Throws<NotSupportedException>(() => HtmlTables.Read(html)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_message_has_and_the_drawing_does_not_know_is_said() =>
        Assert.Throws<System.Text.Json.JsonException>(() => SlackPicture.Draw("{\"attachments\":[],\"username\":\"a\",\"blocks\":[]}"u8.ToArray(), "title"));

    private static async Task<XElement> DrawAsync(string type)
    {
        var output = OutputCatalogue.Default.Find(type)!;
        return XElement.Parse(await PictureList.Of(output)!.DrawAsync(output));
    }

    private static IEnumerable<XElement> Texts(XElement drawing) => drawing.Elements().Where(static element => element.Name.LocalName == "text");
}
