using System.CommandLine;
using System.Text.Json;
using Saker.Detector.Cli;
using Saker.Testing;

namespace Saker.Detector.Tests.Cli;

public sealed class RuleCommands : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    private static readonly JsonSerializerOptions relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string OwnRules => Path.Combine(SharedData.ProjectRoot, "config", "rules");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_result_and_the_exit_code_are_Falcos_for_every_recorded_file()
    {
        var folder = RecordedData.Path("falco", "expected", "validate");
        foreach (var file in Directory.GetFiles(folder, "*.yaml"))
        {
            var (code, text, _) = await Run("rules", "validate", "--json", file);
            Assert.Equal((await File.ReadAllTextAsync(Path.ChangeExtension(file, ".rc"), TestContext.Current.CancellationToken)).Trim(), $"{code}");
            using var actual = JsonDocument.Parse(text);
            var result = Assert.Single(actual.RootElement.GetProperty("falco_load_results").EnumerateArray());
            Assert.Equal(code == 0, result.GetProperty("successful").GetBoolean());
            Assert.Equal(file, result.GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task All_mistakes_are_shown_at_once_with_a_caret_and_without_colours()
    {
        var file = Path.Combine(Path.GetTempPath(), $"saker-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, "- rule: one\n  desc: d\n  condition: evt.type=open and proc.nme=a and fd.num=b\n  output: o\n  priority: INFO\n", TestContext.Current.CancellationToken);
        try
        {
            var (code, text, _) = await Run("rules", "validate", file);
            Assert.Equal(1, code);
            Assert.Contains($"{file}:3:32: unknown field 'proc.nme' (did you mean proc.name?)", text, StringComparison.Ordinal);
            Assert.Contains($"{file}:3:54: b is not a valid number", text, StringComparison.Ordinal);
            Assert.Contains("\n      condition: evt.type=open and proc.nme=a and fd.num=b\n                                   ^^^^^^^^", text, StringComparison.Ordinal);
            Assert.DoesNotContain('\e', text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_folder_without_rule_files_is_no_valid_one()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "rules.yml.old"), "", TestContext.Current.CancellationToken);
        var (code, text, error) = await Run("rules", "validate", folder);
        Assert.Equal(1, code);
        Assert.Empty(text);
        Assert.Contains($"{folder}: There is no rule file in this folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_are_listed_and_explained_as_JSON_in_Falcos_shape()
    {
        var file = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(file, """
            - {list: shells, items: [sh, bash]}
            - {macro: spawned, condition: 'evt.type in (execve, execveat)'}
            - {rule: Shell, desc: A shell., condition: spawned and proc.name in (shells), output: shell %proc.name by %user.name, priority: NOTICE, tags: [b, a]}
            - {rule: Other, desc: o, condition: evt.type = open, output: o, priority: ERROR, enabled: false}
            """, TestContext.Current.CancellationToken);
        var (code, text, _) = await Run("rules", "list", "--json", "-r", file);
        Assert.Equal(0, code);
        using var all = JsonDocument.Parse(text);
        Assert.Equal("""[{"info":{"items":["sh","bash"],"name":"shells"}}]""", Compact(all.RootElement.GetProperty("lists")));
        Assert.Equal("""[{"info":{"condition":"evt.type in (execve, execveat)","name":"spawned"}}]""", Compact(all.RootElement.GetProperty("macros")));
        Assert.Equal(["Shell", "Other"], all.RootElement.GetProperty("rules").EnumerateArray().Select(static rule => rule.GetProperty("info").GetProperty("name").GetString()!));
        var (found, one, _) = await Run("rules", "explain", "--json", "Shell", "-r", file);
        Assert.Equal(0, found);
        using var shell = JsonDocument.Parse(one);
        Assert.Equal(Compact(all.RootElement.GetProperty("rules")[0]), Compact(shell.RootElement));
        Assert.Equal(
            """{"condition":"spawned and proc.name in (shells)","description":"A shell.","enabled":true,"name":"Shell","output":"shell %proc.name by %user.name","priority":"Notice","source":"syscall","tags":["a","b"]}""",
            Compact(shell.RootElement.GetProperty("info")));
        var details = shell.RootElement.GetProperty("details");
        Assert.Equal("""["evt.type","proc.name"]""", Compact(details.GetProperty("condition_fields")));
        Assert.Equal("""["shells"]""", Compact(details.GetProperty("lists")));
        Assert.Equal("""["proc.name","user.name"]""", Compact(details.GetProperty("output_fields")));
        Assert.Equal("evt.type in (execve, execveat) and proc.name in (sh, bash)", details.GetProperty("condition_compiled").GetString());
        Assert.Equal("""["execve","execveat"]""", Compact(details.GetProperty("events")));

        static string Compact(JsonElement element) => JsonSerializer.Serialize(element, relaxed);
    }

    [Fact]
    public async Task Fields_are_listed_by_name_or_in_Markdown()
    {
        var (_, names, _) = await Run("fields", "proc.exe", "--names");
        Assert.Contains("proc.exepath", names.Split('\n'));
        Assert.All(names.Split('\n', StringSplitOptions.RemoveEmptyEntries), static name => Assert.StartsWith("proc.exe", name, StringComparison.Ordinal));
        var (_, table, _) = await Run("fields", "proc.exepath", "--markdown");
        Assert.StartsWith("Name | Type | Description\n:----|:-----|:-----------\n`proc.exepath` | CHARBUF | ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_finding()
    {
        var (code, text, _) = await Run("rules", "validate", "--json", "/nowhere/rules.yaml");
        Assert.Equal(1, code);
        using var document = JsonDocument.Parse(text);
        var result = document.RootElement.GetProperty("falco_load_results")[0];
        Assert.Equal("LOAD_ERR_FILE_READ", result.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_list_says_why_a_rule_is_off()
    {
        var file = Path.Combine(Path.GetTempPath(), $"saker-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, """
            - rule: nobody asks Kubernetes
              desc: reads a field that cannot be filled
              condition: evt.type = open and k8s.rs.name = prod
              output: none
              priority: NOTICE
            """, TestContext.Current.CancellationToken);
        var (code, text, _) = await Run("rules", "list", "-r", OwnRules, "-r", file);
        File.Delete(file);
        Assert.Equal(0, code);
        var lines = text.Split('\n');
        Assert.Contains(lines, static line => line.StartsWith("Crypto miner started ", StringComparison.Ordinal) && line.Contains("Critical", StringComparison.Ordinal) && line.Contains(" on ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains(" off: the field 'k8s.rs.name' cannot be filled: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_explanation_resolves_macros_and_lists_and_names_their_places()
    {
        var (code, text, _) = await Run("rules", "explain", "-r", OwnRules, "password file read by untrusted program");
        Assert.Equal(0, code);
        Assert.Matches(@"macro open_read \(.*00-macros\.yaml:\d+\)", text);
        Assert.Contains("fd.name in (/etc/shadow, ", text, StringComparison.Ordinal);
        Assert.Contains("list password_files", text, StringComparison.Ordinal);
        Assert.Contains("login_binaries: login, ", text, StringComparison.Ordinal);
        Assert.Contains("events: open, openat, openat2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_rule_is_answered_with_the_nearest_name()
    {
        var (code, _, error) = await Run("rules", "explain", "Crypto miner startd", "-r", OwnRules);
        Assert.Equal(1, code);
        Assert.Contains("did you mean 'Crypto miner started'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_field_has_a_meaning()
    {
        var (code, text, _) = await Run("fields");
        Assert.Equal(0, code);
        string[] lines = [.. text.Split('\n').Where(static line => line.Contains('.', StringComparison.Ordinal) && line[0] is >= 'a' and <= 'z')];
        Assert.True(lines.Length > 200, $"{lines.Length} fields");
        // Name, type and meaning: at least two blanks and then a sentence.
        Assert.All(lines, static line => Assert.Matches(@"^\S+(\[.*?\])? +(list of )?[A-Z0-9]+ +\w.*\.", line));
        Assert.Contains("(not filled: only the Kubernetes API server knows it", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_event_is_listed_with_its_arguments()
    {
        var (code, text, _) = await Run("events");
        Assert.Equal(0, code);
        var lines = text.Split('\n');
        Assert.Contains(lines, static line => line.StartsWith("openat(", StringComparison.Ordinal) && line.Contains("name: FSRELPATH", StringComparison.Ordinal));
        Assert.Contains("container_removed()", lines);
        Assert.Contains(lines, static line => line.StartsWith("getsid(", StringComparison.Ordinal));
        Assert.Equal(lines.Length, lines.Distinct().Count() + (lines.Count(static line => line.Length == 0) - 1));
        Assert.Equal(1, (await Run("events", "nothing-of-the-kind")).Code);
    }

    [Fact]
    public async Task A_report_of_a_fault_names_versions_and_files_and_no_values()
    {
        var file = Path.Combine(Path.GetTempPath(), $"saker-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, "http_output: {url: 'http://user:hunter2@127.0.0.1/'}\n", TestContext.Current.CancellationToken);
        var (code, text, _) = await Run("support", "-c", file, "-r", OwnRules);
        File.Delete(file);
        Assert.Equal(0, code);
        using var report = System.Text.Json.JsonDocument.Parse(text);
        Assert.Equal(7, report.RootElement.GetProperty("rules_files").GetArrayLength());
        Assert.Equal(64, report.RootElement.GetProperty("config").GetProperty("sha256").GetString()!.Length);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_of_the_configuration_and_the_plugins_are_printed()
    {
        var (code, text, _) = await Run("schema");
        Assert.Equal(0, code);
        using var schema = System.Text.Json.JsonDocument.Parse(text);
        Assert.True(schema.RootElement.GetProperty("properties").TryGetProperty("rules_files", out _));
        Assert.Contains("Name: container", (await Run("plugins")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_itself_validates_our_rules()
    {
        var program = Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", "Detector", "release", "saker-detector");
        await using var run = ProcessRunner.Start(program, ["rules", "validate", OwnRules]);
        Assert.Equal(0, await run.WaitForExitAsync(TimeSpan.FromMinutes(2)));
        Assert.Contains(run.Lines, static line => line.Contains("00-macros.yaml: valid", StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await DetectorCommandLine.Create().Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
