using System.CommandLine;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Following;
using Saker.Detector.Hosting;
using Saker.Rules.Diagnostics;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector rules update</c> and <c>saker-detector rules pull</c>: rules from elsewhere, by hand.</summary>
internal static class FollowCommands
{
    private const string Keys = "rules_follow";

    /// <summary>Looks once at the sources of the configuration.</summary>
    /// <param name="run">Reads the configuration, and runs something with it and a log.</param>
    public static Command CreateUpdate(Func<ParseResult, CancellationToken, Func<DetectorConfiguration, ILogger, CancellationToken, Task<int>>, Task<int>> run)
    {
        var command = new Command("update", $"Looks once at all sources of the configuration ({Keys}), and keeps what is new and good; a detector that runs takes it up. Ends with 1 when a source gives nothing that can be used.");
        command.SetAction((result, stop) => run(result, stop, async (configuration, logger, token) =>
        {
            var output = result.InvocationConfiguration.Output;
            if (configuration.Options.RulesFollow.Sources.Count == 0)
            {
                await output.WriteLineAsync($"The configuration names no sources ({Keys}).");
                return 0;
            }

            await using var following = new RuleFollowing([], TimeProvider.System, logger);
            var states = await following.LookOnceAsync(configuration, token);
            foreach (var state in states)
            {
                await output.WriteLineAsync($"{state.Name}: {(state.Trouble is null ? state.Taken > 0 ? "taken" : "unchanged" : "not up to date")}, {(state.Digest.Length > 0 ? state.Digest : "nothing kept")}, from {state.Source}");
            }

            return states.All(static state => state.Trouble is null) ? 0 : 1;
        }));
        return command;
    }

    /// <summary>Fetches the rules of one source into a folder.</summary>
    public static Command CreatePull()
    {
        var source = new Argument<string>("SOURCE") { Description = "An artifact in a registry, or the URL of a rule file." };
        var key = new Option<string>("--public-key") { Description = "File with the public key that must have signed it (PEM).", HelpName = "FILE" };
        var unsigned = new Option<bool>("--allow-unsigned") { Description = "Takes what nobody has signed." };
        var plain = new Option<bool>("--plain-http") { Description = "Speaks HTTP without TLS." };
        var authority = new Option<string>("--ca-cert") { Description = "File with the certificate of the authority that signed the source's.", HelpName = "FILE" };
        var docker = new Option<string>("--docker-config") { Description = "A config.json of Docker with credentials for the registry.", HelpName = "FILE" };
        var into = new Option<string>("--into") { Description = "The folder that the rule files are written into.", HelpName = "FOLDER", DefaultValueFactory = static _ => "." };
        var command = new Command("pull", "Fetches the rules of a source into a folder, with its signature checked, and says whether they load by themselves.") { source, key, unsigned, plain, authority, docker, into };
        command.SetAction((result, stop) =>
        {
            var options = new FollowedRulesOptions
            {
                Source = result.GetValue(source)!,
                PublicKey = result.GetValue(key) ?? "",
                AllowUnsigned = result.GetValue(unsigned),
                PlainHttp = result.GetValue(plain),
                CaCert = result.GetValue(authority) ?? "",
                DockerConfig = result.GetValue(docker) ?? "",
            };
            return PullAsync(options, result.GetValue(into)!, result.InvocationConfiguration, stop);
        });
        return command;
    }

    private static async Task<int> PullAsync(FollowedRulesOptions options, string folder, InvocationConfiguration io, CancellationToken stop)
    {
        var faults = options.Validate().Select(static fault => $"{Switch(fault.Key)}: {fault.Message}").ToList();
        using var source = faults.Count > 0 ? null : FollowedSource.Open(options, folder, Path.GetFullPath, (name, sentence) => faults.Add($"{Switch(name)}: {sentence}"));
        if (source is null)
        {
            faults.ForEach(io.Error.WriteLine);
            return 1;
        }

        try
        {
            using var fetcher = source.Connect(TimeProvider.System);
            var fetched = (await fetcher.FetchAsync("", "", stop))!;
            var paths = new List<string>();
            Directory.CreateDirectory(folder);
            foreach (var file in fetched.Files)
            {
                var path = Path.Combine(folder, file.Name);
                await File.WriteAllBytesAsync(path, file.Content, stop);
                paths.Add(path);
                await io.Output.WriteLineAsync(path);
            }

            await io.Output.WriteLineAsync(fetched.Digest);
            return Validate(paths, io);
        }
        catch (Exception exception) when (exception is RulesSourceException or IOException or UnauthorizedAccessException)
        {
            await io.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static int Validate(IReadOnlyList<string> paths, InvocationConfiguration io)
    {
        var set = RuleLoading.Load(RuleFiles.Read(paths), EventStream.All(InterestSet.Deliverable));
        foreach (var finding in set.DistinctDiagnostics.Where(static finding => finding.Severity == DiagnosticSeverity.Error))
        {
            io.Error.WriteLine(finding.Headline);
        }

        io.Output.WriteLine(set.Successful ? $"{set.Rules.Count} rules, without mistakes." : "The rules have mistakes, or need other files.");
        return set.Successful ? 0 : 1;
    }

    private static string Switch(string key) => key == "source" ? "SOURCE" : "--" + key.Replace('_', '-');
}
