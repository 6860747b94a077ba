using Saker.Rules.Definitions;
using Saker.Rules.Yaml;
using YamlDotNet.Core;

namespace Saker.Rules.Tests;

/// <summary>A condition that was put together still knows where each of its characters was written.</summary>
public class MappedTexts
{
    private static readonly RuleFile file = new("r.yaml", "a: one\n");
    private static readonly MappedText text = new MappedText.Builder().Append(new YamlScalar(file, 3, 6, "one", ScalarStyle.Plain)).Build();

    [Fact]
    public void A_place_behind_the_last_character_is_behind_it_in_the_file_too() =>
        Assert.Equal([(file, 3), (file, 5), (file, 6), (file, 6)], new[] { -1, 2, 3, 9 }.Select(text.Locate));

    [Theory]
    [InlineData(0, 4, "")]
    [InlineData(0, 5, "l")]
    [InlineData(6, 9, "l")]
    [InlineData(7, 9, "")]
    public void A_list_is_in_a_part_that_has_one_of_its_characters(int start, int end, string lists)
    {
        var whole = new MappedText.Builder().Append("abcd", text, 0).AppendList("l", "x,y", text, 0).Append(text).Build();
        Assert.Equal("abcdx,yone", whole.Text);
        Assert.Equal(lists, string.Join(' ', whole.ListsIn(start, end)));
    }
}
