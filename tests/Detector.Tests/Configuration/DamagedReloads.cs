using Saker.Detector.Tests.Following;

namespace Saker.Detector.Tests.Configuration;

/// <summary>Configuration and rules that are damaged while the detector runs: what was in use stays so, and it is told why.</summary>
public sealed class DamagedReloads : IDisposable
{
    private const int Rounds = 300;

    private const string Rules = """
        - required_engine_version: 0.57.0
        - list: shells
          items: [bash, "sh", zsh]
        - macro: is_shell
          condition: proc.name in (shells) and not proc.pname startswith "x"
        - rule: Shell
          desc: a shell
          condition: evt.type in (execve, execveat) and is_shell and proc.cmdline contains 'a b'
          output: "shell %proc.name %user.name[0] (%evt.time)"
          priority: WARNING
          tags: [a, b]
          exceptions:
            - name: e
              fields: [proc.name, fd.name]
              comps: [=, startswith]
              values: [[bash, /tmp]]
        - rule: Shell
          override: {condition: append}
          condition: and evt.num > 0

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_last_good_set_stays_whatever_the_files_become()
    {
        var random = new Random(53);
        var configuration = $"rules_files: [{Path.Combine(folder, "rules.yaml")}]\nwatch_config_files: false\nconfig_files: [{{path: {Path.Combine(folder, "more.yaml")}, strategy: append}}]\n";
        const string more = "priority: debug\nrules: [{disable: {tag: nothing}}]\nappend_output: [{extra_fields: [evt.num]}]\n";
        Write(configuration, more, Rules);
        await using var detector = await FollowedDetector.StartAsync(Path.Combine(folder, "detector.yaml"));
        Assert.Equal(["Shell"], detector.Rules);
        var (applied, refused) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            Write(
                round % 6 == 0 ? DamagedFiles.Mutate(configuration, random) : configuration,
                round % 6 == 3 ? DamagedFiles.Mutate(more, random) : more,
                round % 3 != 0 ? DamagedFiles.Mutate(Rules, random) : Rules);
            var before = detector.Plan;
            detector.AskReload();
            await detector.UntilAsync(() => detector.Record.State is var state && state.Applied + state.Refused > applied + refused, $"The end of reload {round}");
            var now = detector.Record.State;
            Assert.Equal(1, now.Applied + now.Refused - applied - refused);
            Assert.Equal(now.Refused > refused, ReferenceEquals(before, detector.Plan));
            Assert.Equal(now.Refused > refused, now.Last!.Faults.Count > 0);
            Assert.Equal(now.Refused == refused, now.IsCurrent);
            (applied, refused) = (now.Applied, now.Refused);
        }

        Assert.InRange(refused, Rounds / 10, Rounds - 1);
        Write(configuration, more, Rules);
        detector.AskReload();
        await detector.UntilAsync(() => detector.Record.State.Applied > applied, "The good set");
        Assert.Equal(["Shell"], detector.Rules);
        Assert.True(detector.Record.State.IsCurrent);
    }

    private void Write(string configuration, string more, string rules)
    {
        File.WriteAllText(Path.Combine(folder, "more.yaml"), more);
        File.WriteAllText(Path.Combine(folder, "rules.yaml"), rules);
        File.WriteAllText(Path.Combine(folder, "detector.yaml"), configuration);
    }
}
