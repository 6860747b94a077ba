
namespace Saker.Outputs.Tests;

public sealed class OptionWordsTests
{
    [Theory]
    [InlineData("txt", "'txt' is not one of all, text, fields; did you mean 'text'?")]
    [InlineData("none", "'none' is not one of all, text, fields.")]
    public void A_word_that_is_none_is_refused_with_the_nearest(string value, string expected)
    {
        var refusal = Assert.Throws<OutputConfigurationException>(() => OptionWords.Require("outputformat", value, strict: false, "all", "text", "fields"));
        Assert.Equal(("outputformat", expected), (refusal.Key, refusal.Message));
    }

    [Theory]
    [InlineData("TEXT", false)]
    [InlineData("", false)]
    [InlineData("txt", true)]
    public void A_word_in_any_case_is_taken_and_any_text_where_Falcosidekick_takes_it(string value, bool strict) =>
        Assert.Null(Record.Exception(() => OptionWords.Require("outputformat", value, strict, "all", "text", "fields")));
}
