using System.CommandLine;
using Saker.Detector.Cli;
using Saker.Testing;

namespace Saker.Detector.Tests.RuleTools;

/// <summary>A folder of files, and the commands that try rules out run in this process.</summary>
internal sealed class RuleToolRig : IDisposable
{
    public const string TwoRules = """
        - rule: File opened
          desc: A file is opened.
          condition: evt.type in (open, openat) and fd.num >= 0
          output: opened %fd.name by %proc.name
          priority: INFO
        - rule: Program started
          desc: A program is started.
          condition: evt.type = execve and evt.res = SUCCESS
          output: started %proc.exepath (%proc.cmdline) by %proc.pname
          priority: NOTICE
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-rules-").FullName;

    public static string OwnRules => Path.Combine(SharedData.ProjectRoot, "config", "rules");

    /// <summary>Writes a file; its path is returned.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Runs <c>rules test</c> on cases for <see cref="TwoRules"/>, or for other rules.</summary>
    public Task<(int Code, string Output, string Error)> TestAsync(string cases, string rules = TwoRules)
    {
        Write("rules.yaml", rules);
        return RunAsync("test", Write("cases.yaml", "rules: rules.yaml\n" + cases));
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        // No configuration of the machine that the tests run on.
        var code = await DetectorCommandLine.Create("/nowhere/detector.yaml").Parse(["rules", .. arguments])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
