using Saker.Testing;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>
/// All acts, done once, under two detectors that watch at the same time: one with Falco's three rule files, unmodified, where
/// they are there, and one with <c>config/rules</c>. Every rule is turned on, and its output tells the act.
/// </summary>
public sealed class Workload
{
    private Task<WorkloadResult>? result;

    /// <summary>An act whose alert comes after all others.</summary>
    internal static readonly WatchedAct Last = WatchedAct.OnHost("last", "/acts/thief", "+open", "/etc/shadow", "r");

    /// <summary>Makes what the acts find on the stage.</summary>
    internal static readonly WatchedAct Properties = WatchedAct.OnHost("properties", "/bin/sh", "-c", """
        set -e
        mkdir -p /home/ann/.ssh /home/ann/.aws /host/etc /var/run/secrets/kubernetes.io/serviceaccount /var/lib/rpm /etc/apt/sources.list.d /etc/cron.d /opt /mnt
        for file in .ssh/id_ed25519 .bashrc .bash_history letter tool dropped; do echo text > /home/ann/$file; done
        echo 'BEGIN OPENSSH PRIVATE KEY' > /home/ann/.ssh/id_ed25519
        echo 'aws_secret_access_key = none' > /home/ann/.aws/credentials
        for file in /tmp/liblzma.so.5.6.1 /dev/sda /host/etc/hostname /usr/bin/doomed /etc/hostname /etc/shadow; do echo text >> $file; done
        echo text > /var/run/secrets/kubernetes.io/serviceaccount/token
        """);

    /// <summary>Acts of which rules must say something.</summary>
    internal static IReadOnlyList<WatchedAct> Suspicious { get; } = [.. FileActs.All, .. ProgramActs.All, .. CallActs.All];

    /// <summary>The names of the rules in Falco's files, in their order.</summary>
    internal static IReadOnlyList<string> UpstreamRules => [.. UpstreamFiles.SelectMany(RulesIn)];

    /// <summary>The names of the rules in <c>config/rules</c>.</summary>
    internal static IReadOnlyList<string> OwnRules => [.. Directory.GetFiles(OwnFolder, "*.yaml").SelectMany(RulesIn)];

    /// <summary>Falco's rule files.</summary>
    internal static IReadOnlyList<string> UpstreamFiles =>
        [.. new[] { "falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml" }.Select(static file => SharedData.Path("falco", "rules", file))];

    /// <summary>Skips a test of Falco's rules where their files are not there.</summary>
    internal static void RequireUpstream() => _ = UpstreamFiles;

    /// <summary>Whether Falco's rule files are there.</summary>
    internal static bool HasUpstream => SharedData.Exists("falco", "rules");

    /// <summary>The folder of our rules.</summary>
    internal static string OwnFolder => Path.Combine(SharedData.ProjectRoot, "config", "rules");

    /// <summary>
    /// What came of it. It is done at the first question (the tests of a class ask one after the other), so that a test can be
    /// skipped where it cannot be done.
    /// </summary>
    internal Task<WorkloadResult> ResultAsync() => result ??= DoAsync();

    private static async Task<WorkloadResult> DoAsync()
    {
        var all = Suspicious.Concat(InnocentActs.All).Append(Last).ToList();
        await using var stage = await Stage.SetAsync(ProgramsOf(all));
        await using var own = await LiveDetector.StartAsync([OwnFolder], LiveDetector.Tagged(OwnRules));
        await using var upstream = HasUpstream ? await LiveDetector.StartAsync(UpstreamFiles, LiveDetector.Tagged(UpstreamRules)) : null;
        var failures = new List<string?> { await stage.RunAsync(Properties) };
        var slow = all.Where(static act => act.Slow).Select(stage.RunAsync).ToList();
        foreach (var act in all.Where(static act => !act.Slow && act != Last))
        {
            failures.Add(await stage.RunAsync(act));
        }

        failures.AddRange(await Task.WhenAll(slow));
        failures.Add(await stage.RunAsync(Last));
        return new WorkloadResult(
            upstream is null ? [] : await upstream.AlertsUntilAsync(Last.Name),
            await own.AlertsUntilAsync(Last.Name),
            string.Join('\n', failures.Append(upstream?.Log).Append(own.Log).OfType<string>()));
    }

    /// <summary>The names below <c>/acts</c> that acts need.</summary>
    internal static IEnumerable<string> ProgramsOf(IEnumerable<WatchedAct> acts) => acts
        .SelectMany(static act => act.Command)
        .Where(static word => word.StartsWith("/acts/", StringComparison.Ordinal))
        .Select(static word => Path.GetFileName(word))
        .Distinct();

    private static IEnumerable<string> RulesIn(string file) =>
        File.ReadLines(file).Where(static line => line.StartsWith("- rule: ", StringComparison.Ordinal)).Select(static line => line["- rule: ".Length..].Trim());
}

/// <summary>What came of all acts.</summary>
/// <param name="Upstream">The alerts of Falco's rules; none where their files are not there.</param>
/// <param name="Own">The alerts of our rules.</param>
/// <param name="Log">Acts that failed, and what the detectors logged: for the message of a test that fails.</param>
internal sealed record WorkloadResult(IReadOnlyList<LiveAlert> Upstream, IReadOnlyList<LiveAlert> Own, string Log);
