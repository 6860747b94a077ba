using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Rules;
using Saker.Rules.Diagnostics;
using Saker.Settings;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>Reads files of cases, loads the rules that they are about, and runs the cases.</summary>
/// <param name="given">Rule files and folders in place of those that the files of cases name; empty for none.</param>
/// <param name="configured">Rule files and folders where neither names any.</param>
internal sealed class RuleTestRun(IReadOnlyList<string> given, IReadOnlyList<string> configured)
{
    private readonly Dictionary<string, RuleReplay?> replays = new(StringComparer.Ordinal);
    private readonly Dictionary<(string File, string Name), RuleCoverage> coverage = [];
    private readonly List<(string File, PreparedCase Case)> prepared = [];

    /// <summary>All mistakes in files of cases and in rules.</summary>
    public ConfigFaults Faults { get; } = new();

    /// <summary>Reads everything. False after mistakes.</summary>
    /// <param name="paths">Files of cases, and folders of them.</param>
    public bool Read(IEnumerable<string> paths)
    {
        foreach (var path in paths.SelectMany(FilesOf))
        {
            var file = new RuleTestReader(Faults).Read(path);
            if (file.Cases.Count > 0 && Rules(file) is { } replay)
            {
                prepared.AddRange(file.Cases.Select(test => (path, PreparedCase.Of(test, replay, Faults))));
            }
        }

        return !Faults.HasErrors;
    }

    private IReadOnlyList<string> FilesOf(string path)
    {
        try
        {
            IReadOnlyList<string> files = [.. RuleFiles.Expand([path])];
            if (files.Count == 0)
            {
                Faults.Error(ConfigSource.WholeFile(path), "", "There are no files of cases (.yaml) in this folder.");
            }

            return files;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Faults.Error(ConfigSource.WholeFile(path), "", exception.Message);
            return [];
        }
    }

    /// <summary>Runs all cases.</summary>
    public async Task<RuleTestOutcome> RunAsync(CancellationToken stop)
    {
        var results = new List<CaseResult>();
        foreach (var (file, test) in prepared)
        {
            var result = await new CaseRun(test).RunAsync(file, stop);
            results.Add(result);
            Cover(result, test);
        }

        return new RuleTestOutcome(results, [.. coverage.Values]);
    }

    private void Cover(CaseResult result, PreparedCase test)
    {
        foreach (var (rule, _) in result.Came)
        {
            coverage[(rule.File, rule.Name)].Fired++;
        }

        foreach (var name in result.Case.Expected.GroupBy(static expectation => expectation.Rule, StringComparer.Ordinal))
        {
            var rule = test.Replay.Rules.Rules.First(rule => rule.Name == name.Key);
            var covered = coverage[(rule.File, rule.Name)];
            if (name.All(static expectation => expectation.IsSilence))
            {
                covered.Silent++;
            }
            else
            {
                covered.Expected++;
            }
        }
    }

    private RuleReplay? Rules(RuleTestFile file)
    {
        var paths = given.Count > 0 ? given : file.Rules.Count > 0 ? file.Rules : configured;
        if (paths.Count == 0)
        {
            Faults.Error(ConfigSource.WholeFile(file.Path), "rules", "There are no rules to test; name their files here, or with --rules.");
            return null;
        }

        var key = $"{file.Matching} {string.Join('\0', paths)}";
        if (!replays.TryGetValue(key, out var replay))
        {
            replays.Add(key, replay = Load(paths, file.Matching));
        }

        return replay;
    }

    private RuleReplay? Load(IReadOnlyList<string> paths, RuleMatching matching)
    {
        var streams = EventStream.All(null);
        var set = RuleLoading.Load(RuleFiles.Read(paths), streams);
        foreach (var finding in set.DistinctDiagnostics.Where(static finding => finding.Severity == DiagnosticSeverity.Error))
        {
            Faults.Error(ConfigSource.InFile(finding.File.Name, finding.Line, finding.Column), "", $"{finding.Message}{(finding.Suggestion is { } near ? $"; did you mean '{near}'?" : "")}");
        }

        if (!set.Successful)
        {
            return null;
        }

        foreach (var rule in set.Rules)
        {
            coverage.TryAdd((rule.File, rule.Name), new RuleCoverage(rule));
        }

        return new RuleReplay(set, streams, new DetectorOptions { RuleMatching = matching, JsonOutput = true, JsonIncludeMessageProperty = true });
    }
}
