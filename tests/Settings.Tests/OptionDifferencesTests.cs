using System.Text;

namespace Saker.Settings.Tests;

public sealed class OptionDifferencesTests
{
    private static readonly OptionSchema Schema = OptionSchema.For(typeof(Options));

    public sealed record Options
    {
        public string Text { get; init; } = "";

        public IReadOnlyList<string> List { get; init; } = [];

        public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>();

        public Inner Section { get; init; } = new();
    }

    public sealed record Inner
    {
        public Saker.Alerts.Secret Token { get; init; } = Saker.Alerts.Secret.None;
    }

    [Fact]
    public void Two_readings_of_one_file_do_not_differ() =>
        Assert.Empty(OptionDifferences.Between(Schema, Read("text: x\nlist: [a, b]\nmap: {k: v}\nsection: {token: t}\n"), Read("text: x\nlist: a,b\nmap: 'k:v'\nsection: {token: t}\n")));

    [Theory]
    [InlineData("text: y\nlist: [a]\nmap: {k: v, l: w}\nsection: {token: t}\n", "text")]
    [InlineData("text: x\nlist: [b]\nmap: {k: v, l: w}\nsection: {token: t}\n", "list")]
    [InlineData("text: x\nlist: [a]\nmap: {k: w, l: w}\nsection: {token: t}\n", "map")]
    [InlineData("text: x\nlist: [a]\nmap: {l: w, k: v}\nsection: {token: t}\n", "map")]
    [InlineData("text: x\nlist: [a]\nmap: {k: v, l: w}\nsection: {token: u}\n", "section.token")]
    public void The_key_that_changed_is_named(string yaml, string key) =>
        Assert.Equal([key], OptionDifferences.Between(Schema, Read("text: x\nlist: [a]\nmap: {k: v, l: w}\nsection: {token: t}\n"), Read(yaml)));

    [Fact]
    public void A_fingerprint_follows_the_content_and_the_absence_of_files()
    {
        var folder = Directory.CreateTempSubdirectory("saker-fingerprint").FullName;
        var file = Path.Combine(folder, "a.yaml");
        var missing = FileFingerprint.Of(file);
        File.WriteAllText(file, "one");
        var one = FileFingerprint.Of(file);
        Assert.NotEqual(missing, one);
        File.WriteAllText(file, "two");
        Assert.NotEqual(one, FileFingerprint.Of(file));
        File.WriteAllText(file, "one");
        Assert.Equal(one, FileFingerprint.Of(file));
        Directory.Delete(folder, recursive: true);
    }

    private static object Read(string yaml)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("test", Encoding.UTF8.GetBytes(yaml), faults);
        var options = new OptionsBinder(EnvironmentVariables.None, faults).Bind(Schema, map, "", map.Source);
        Assert.Empty(faults.All);
        return options;
    }
}
