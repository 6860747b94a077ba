using System.Text;
using Saker.Detector.Configuration;
using Saker.Settings;

namespace Saker.Detector.Tests.Configuration;

/// <summary>Damaged configuration files: never an exception, and always a place.</summary>
public sealed class DamagedFiles : IDisposable
{
    private const int Rounds = 100;

    private static readonly string[] Pieces =
        ["[", "]", "{", "}", ",", ": ", "- ", "? ", "&a ", "*a", "!!str ", "|", ">", "'", "\"", "\\", "%", "@", "#", "\n", "\t", "  ", "---\n", "<<: ", "~", "${", "}", "$", "\0", "\u0085", "é", "yes", "1e9", "-1", "99999999999999999999"];

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_damaged_file_is_never_an_exception_and_its_errors_have_a_place()
    {
        var random = new Random(44);
        var file = Path.Combine(folder, "falco.yaml");
        foreach (var sample in FalcoVersions.Files.Select(static row => row.Data.Item2))
        {
            for (var round = 0; round < Rounds; round++)
            {
                File.WriteAllText(file, Mutate(sample, random));
                var configuration = DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
                Assert.All(
                    configuration.Faults.All.Where(static fault => fault.Severity == FaultSeverity.Error),
                    fault => Assert.True(fault.Source.Line > 0, $"{fault}\n{File.ReadAllText(file)}"));
            }
        }
    }

    [Theory]
    [InlineData("rules_files: [a, b\njson_output: true\n", 1, 14)]
    [InlineData("http_output: {enabled: true, url: \"http://a/\"\njson_output: true\n", 1, 14)]
    [InlineData("rules_files:\n  - a\n - b\n", 3, 2)]
    public void A_missing_bracket_is_told_with_its_line(string yaml, int line, int column)
    {
        var file = Path.Combine(folder, "falco.yaml");
        File.WriteAllText(file, yaml);
        var fault = Assert.Single(DetectorConfiguration.Load(file, [], EnvironmentVariables.None).Faults.All);
        Assert.StartsWith("This is not valid YAML", fault.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (fault.Source.Line, fault.Source.Column));
    }

    internal static string Mutate(string sample, Random random)
    {
        var text = new StringBuilder(sample);
        for (var i = random.Next(1, 4); i > 0 && text.Length > 0; i--)
        {
            var place = random.Next(text.Length);
            if (random.Next(2) == 0)
            {
                text.Remove(place, Math.Min(random.Next(1, 5), text.Length - place));
            }
            else
            {
                text.Insert(place, Pieces[random.Next(Pieces.Length)]);
            }
        }

        return text.ToString();
    }
}
