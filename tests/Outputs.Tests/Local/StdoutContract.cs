using System.Text;
using Saker.Outputs.Local.Stdout;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Local;

public sealed class StdoutContract() : LocalOutputContract("stdout")
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig => new Dictionary<string, string?> { ["enabled"] = "true" };

    [Fact]
    public async Task A_line_is_readable_and_draws_nothing_on_the_terminal()
    {
        using var stream = new MemoryStream();
        await using var output = new StdoutOutput(new StdoutOptions(), stream);
        await output.DeliverAsync([SampleAlerts.Full with { Output = "red \u001b[31m\nnext" }], TestContext.Current.CancellationToken);
        Assert.Equal("2026-11-23T19:18:08.831Z Warning       Terminal shell in container  red  [31m next\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task Parallel_alerts_are_whole_lines()
    {
        using var stream = new MemoryStream();
        await using var output = new StdoutOutput(new StdoutOptions { Format = "json" }, stream);
        await Parallel.ForAsync(0, 64, async (_, token) => await output.DeliverAsync([SampleAlerts.Full], token));
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(64, lines.Length);
        Assert.Single(lines.Distinct());
    }
}
