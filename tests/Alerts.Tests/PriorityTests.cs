namespace Saker.Alerts.Tests;

public sealed class PriorityTests
{
    [Theory]
    [InlineData("emergency", Priority.Emergency)]
    [InlineData("CRITICAL", Priority.Critical)]
    [InlineData("Info", Priority.Informational)]
    [InlineData("informational", Priority.Informational)]
    [InlineData("debug", Priority.Debug)]
    public void Priorities_are_read_in_any_case(string word, Priority expected)
    {
        Assert.True(Priorities.TryParse(word, out var priority));
        Assert.Equal(expected, priority);
    }

    [Theory]
    [InlineData("")]
    [InlineData("warn")]
    [InlineData(" Warning")]
    [InlineData("4")]
    public void Other_words_are_none(string word) => Assert.False(Priorities.TryParse(word, out _));

    [Fact]
    public void The_numbers_are_those_of_syslog()
    {
        Assert.Equal(8, Priorities.All.Count);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Priorities.All.Select(p => (int)p));
        Assert.True(Priority.Critical.IsAtLeast(Priority.Warning));
        Assert.False(Priority.Notice.IsAtLeast(Priority.Warning));
    }

    [Fact]
    public void A_secret_prints_as_asterisks()
    {
        var secret = new Secret("hunter2");
        Assert.Equal("***", $"{secret}");
        Assert.Equal("url ***/x", secret.MaskIn("url hunter2/x"));
        Assert.Equal("hunter2", secret.Reveal());
    }

    [Fact]
    public void Names_are_ordered_by_their_utf8_bytes()
    {
        string[] names = ["\uFFFD", "😀", "z", "a", "é"];
        Assert.Equal(
            names.OrderBy(n => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(n)), StringComparer.Ordinal),
            names.Order(Utf8Order.Instance));
    }
}
