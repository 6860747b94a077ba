using System.Xml.Linq;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>Who may know whom: docs/decisions/0001-rooms.md.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Alerts"] = [],
        ["AlertConditions"] = ["Alerts", "Conditions"],
        ["Conditions"] = ["Text"],
        ["CommandLine"] = ["Text"],
        ["Files"] = [],
        ["Http"] = [],
        ["Templates"] = [],
        ["Text"] = [],
        ["Tls"] = ["Settings"],
        ["Logging"] = [],
        ["Settings"] = ["Alerts", "Files", "Text"],
        ["Rules"] = ["Alerts", "Conditions", "Settings", "Text"],
        ["Detector"] = ["Alerts", "CommandLine", "Conditions", "Files", "Http", "Logging", "Rules", "Settings", "Text", "Tls"],
        ["Outputs.Abstractions"] = ["Alerts", "Http", "Settings", "Templates", "Text", "Tls"],
        ["Router"] = ["AlertConditions", "Alerts", "CommandLine", "Conditions", "Files", "Http", "Logging", "Outputs.*", "Settings", "Templates", "Text", "Tls"],
    };

    private static readonly string[] OutputProjects = ["Alerts", "Files", "Http", "Outputs.Abstractions", "Settings", "Templates", "Text"];

    public static TheoryData<string> Projects => [.. Directory.EnumerateFiles(Source, "*.csproj", SearchOption.AllDirectories)];

    private static string Source => Path.Combine(SharedData.ProjectRoot, "src");

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_knows_only_the_rooms_below_it(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var allowed = Allowed.TryGetValue(name, out var listed) ? listed
            : name.StartsWith("Outputs.", StringComparison.Ordinal) ? OutputProjects
            : throw new InvalidDataException($"The room {name} has no line in {nameof(ArrowTests)} and docs/decisions/0001-rooms.md.");
        var references = XDocument.Load(project).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.All(references, reference => Assert.Contains(allowed, pattern =>
            pattern == reference || pattern.EndsWith('*') && reference.StartsWith(pattern[..^1], StringComparison.Ordinal)));
    }

    [Fact]
    public void The_router_names_no_single_output()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Source, "Router"), "*.cs", SearchOption.AllDirectories);
        var types = Saker.Router.Configuration.OutputCatalogue.Default.All.Select(r => r.OptionsType.Name[..^"Options".Length]).ToList();
        Assert.NotEmpty(types);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            foreach (var type in types)
            {
                Assert.DoesNotContain($"{type}Output", text, StringComparison.Ordinal);
                Assert.DoesNotContain($"{type}Options", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Source_files_stay_small_enough_to_hold_in_the_head()
    {
        string[] rooms = ["src", "tests", "bench", "tools"];
        var large = rooms.SelectMany(room => Directory.EnumerateFiles(Path.Combine(SharedData.ProjectRoot, room), "*.*", SearchOption.AllDirectories))
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".c", StringComparison.Ordinal) || f.EndsWith(".h", StringComparison.Ordinal))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Select(f => (File: Path.GetRelativePath(SharedData.ProjectRoot, f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > 400);
        Assert.Empty(large);
    }

    [Fact]
    public void Every_package_has_its_reason()
    {
        var reasons = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "docs/decisions/0002-packages.md"));
        var packages = XDocument.Load(Path.Combine(SharedData.ProjectRoot, "Directory.Packages.props"))
            .Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value);
        Assert.All(packages, package => Assert.Contains(package, reasons, StringComparison.Ordinal));
    }
}
