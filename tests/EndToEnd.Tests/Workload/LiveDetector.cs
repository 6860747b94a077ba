using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>An alert that belongs to an act.</summary>
/// <param name="Act">The act.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Fields">The output fields; null for those without a value.</param>
internal sealed record LiveAlert(string Act, string Rule, IReadOnlyDictionary<string, string?> Fields);

/// <summary>The detector as a process of its own that watches this machine's kernel and writes its alerts to a file.</summary>
internal sealed class LiveDetector : IAsyncDisposable
{
    private const string TagField = $"proc.env[{Stage.Tag}]";
    private const string Untagged = $"\"{TagField}\":\"\"";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly TestFolder folder = new();
    private readonly ProcessRunner process;

    private LiveDetector(IReadOnlyList<string> ruleFiles, string ownRules, string settings)
    {
        folder.Write("last.yaml", ownRules);
        // All matching rules, large rings and a long queue: whatever else this machine does meanwhile, nothing is lost.
        folder.Write("detector.yaml", $$"""
            rules_files: [{{string.Join(", ", ruleFiles.Append(folder.File("last.yaml")))}}]
            rule_matching: all
            json_output: true
            json_include_output_property: false
            engine: { kind: modern_ebpf, modern_ebpf: { buf_size_preset: 7 } }
            webserver: { enabled: false }
            outputs_queue: { capacity: 200000 }
            stdout_output: { enabled: false }
            file_output: { enabled: true, keep_alive: true, filename: {{folder.File("alerts.jsonl")}} }
            {{settings}}
            """);
        process = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
    }

    /// <summary>What it has logged, without the list of its rules.</summary>
    public string Log => string.Join('\n', process.Lines.Where(static line => !line.Contains("rule on", StringComparison.Ordinal)));

    /// <summary>
    /// Skips the test where the kernel cannot be watched. On CI that is a failure, unless SAKER_NO_KERNEL_TESTS=true says that
    /// the machine is known to have no usable kernel.
    /// </summary>
    public static void Require()
    {
        if (Environment.UserName == "root" && File.Exists("/sys/kernel/btf/vmlinux"))
        {
            return;
        }

        const string lacking = "Watching system calls needs root and a kernel with BTF.";
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true" || Environment.GetEnvironmentVariable("SAKER_NO_KERNEL_TESTS") == "true", lacking);
        Assert.Fail(lacking);
    }

    /// <summary>Starts it and waits until it watches.</summary>
    /// <param name="ruleFiles">Rule files, or folders of them.</param>
    /// <param name="ownRules">The text of a rule file that is loaded last.</param>
    /// <param name="settings">More of its configuration.</param>
    public static async Task<LiveDetector> StartAsync(IReadOnlyList<string> ruleFiles, string ownRules, string settings = "")
    {
        var detector = new LiveDetector(ruleFiles, ownRules, settings);
        try
        {
            await detector.process.WaitForLineAsync("Watching", Patience);
            return detector;
        }
        catch
        {
            await detector.DisposeAsync();
            throw;
        }
    }

    /// <summary>A rule file that turns every named rule on, and has its output tell the act, and <paramref name="more"/>.</summary>
    public static string Tagged(IEnumerable<string> rules, string more = "") => string.Concat(rules.Select(rule => $$"""
        - rule: "{{rule}}"
          enabled: true
          output: "act=%{{TagField}}{{more}}"
          override: { enabled: replace, output: append }

        """));

    /// <summary>
    /// The alerts of acts, in their order, once one of <paramref name="last"/> is among them: alerts keep the order of what
    /// they are about, so that those of acts before it have come too.
    /// </summary>
    public async Task<IReadOnlyList<LiveAlert>> AlertsUntilAsync(string last)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var alerts = Read();
            if (alerts.Exists(alert => alert.Act == last))
            {
                return alerts;
            }

            Assert.False(limit.IsCancellationRequested, $"No alert of the act {last} came. The detector says:\n{Log}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        folder.Dispose();
    }

    private List<LiveAlert> Read()
    {
        var alerts = new List<LiveAlert>();
        if (!File.Exists(folder.File("alerts.jsonl")))
        {
            return alerts;
        }

        using var stream = new FileStream(folder.File("alerts.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        // What it is writing just now has no end yet.
        var whole = reader.ReadToEnd();
        foreach (var line in whole[..(whole.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Contains(Untagged, StringComparison.Ordinal))
            {
                continue;
            }

            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement.GetProperty("output_fields").EnumerateObject()
                .ToDictionary(static field => field.Name, static field => field.Value.ValueKind == JsonValueKind.Null ? null : field.Value.ToString());
            if (fields[TagField] is { Length: > 0 } act)
            {
                alerts.Add(new LiveAlert(act, document.RootElement.GetProperty("rule").GetString()!, fields));
            }
        }

        return alerts;
    }
}
