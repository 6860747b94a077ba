using Saker.Detector.Tests.Following;

namespace Saker.Detector.Tests.Configuration;

/// <summary>Folders of configuration and of rules, whose files come and go while the detector runs.</summary>
public sealed class WatchedFolders : IDisposable
{
    private const string Rule = "- rule: First\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: NOTICE\n";

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public WatchedFolders()
    {
        Directory.CreateDirectory(In("rules.d"));
        Write("rules.d/a.yaml", Rule);
        Write("detector.yaml", "rules_files: [rules.d]\nconfig_files: [conf.d]\n");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_file_that_comes_into_a_folder_of_configuration_is_taken_up()
    {
        await using var detector = await FollowedDetector.StartAsync(In("detector.yaml"));
        Assert.Equal(["First"], detector.Plan!.Rules.Rules.Where(static rule => rule.IsOn).Select(static rule => rule.Name));
        Directory.CreateDirectory(In("conf.d"));
        Write("conf.d/z.yaml", "rules: [{disable: {rule: First}}]\n");
        await detector.UntilAsync(() => detector.Record.State.Applied == 1, "The file in the folder that came");
        Assert.DoesNotContain(detector.Plan!.Rules.Rules, static rule => rule.IsOn);
        Write("conf.d/y.yaml", "json_output: what\n");
        await detector.UntilAsync(() => detector.Record.State.Refused == 1, "The file with a mistake");
    }

    [Fact]
    public async Task A_folder_of_rules_that_is_emptied_leaves_the_last_good_ones()
    {
        await using var detector = await FollowedDetector.StartAsync(In("detector.yaml"));
        File.Delete(In("rules.d/a.yaml"));
        await detector.UntilAsync(() => detector.Record.State.Refused == 1, "The empty folder");
        Assert.Equal(["First"], detector.Rules);
        Assert.Contains($"There are no rules to watch by: no file of rules (.yaml) is in {In("rules.d")}.", Assert.Single(detector.Record.State.Last!.Faults), StringComparison.Ordinal);
    }

    private string In(string path) => Path.Combine(folder, path);

    private void Write(string path, string text) => File.WriteAllText(In(path), text);
}
