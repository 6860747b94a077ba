using Saker.Testing;

namespace Saker.Detector.Tests.RuleTools;

/// <summary>The examples of <c>docs/testing-rules.md</c> do what the page says.</summary>
public sealed class DocumentedCases
{
    [Fact]
    public async Task The_examples_of_the_page_come_as_expected()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.ProjectRoot, "docs", "testing-rules.md"), TestContext.Current.CancellationToken);
        var blocks = page.Split("\n```yaml\n").Skip(1).Select(static block => block[..block.IndexOf("\n```", StringComparison.Ordinal)]).ToList();
        using var rig = new RuleToolRig();
        rig.Write("my_rules.yaml", Assert.Single(blocks, static block => block.StartsWith("- rule:", StringComparison.Ordinal)));
        var cases = blocks.Where(static block => block.StartsWith("rules:", StringComparison.Ordinal)).ToList();
        Assert.Equal((3, 2), (blocks.Count, cases.Count));
        foreach (var block in cases)
        {
            var (code, output, error) = await RuleToolRig.RunAsync("test", rig.Write("cases.yaml", block));
            Assert.True(code == 0, output + error);
        }
    }
}
