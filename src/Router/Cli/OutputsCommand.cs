using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Outputs;
using Saker.CommandLine;
using Saker.Router.Api;
using Saker.Router.Configuration;
using Saker.Router.Enrichment;
using Saker.Router.Log;
using Saker.Router.Routing;
using Saker.Settings;
using Saker.Text;

namespace Saker.Router.Cli;

/// <summary><c>saker-router outputs list|describe|test|pause|resume</c>: what there is, what it takes, whether one gets through, and to have one wait.</summary>
internal static class OutputsCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] ListHeader = ["TYPE", "PRODUCT", "SWITCHED ON BY", "CONFIGURED AS"];

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var list = new Command("list", "Lists the outputs that there are, which of them are configured, and which of those the running router has paused. Example: saker-router outputs list --config router.yaml") { JsonOutput.Option }.EndsWith((0, "listed"), (1, "listed, but the router would not start with this configuration"));
        list.SetAction(async (result, cancellationToken) =>
        {
            var configuration = load(result);
            var (output, errors) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            await ListAsync(configuration, OutputCatalogue.Default, await PausedAsync(configuration, result.GetValue(dataDirectory), errors, cancellationToken), result.GetValue(JsonOutput.Option), output);
            return await ControlCommands.IsRefusedAsync(configuration, errors) ? 1 : 0;
        });

        var type = new Argument<string>("TYPE") { Description = "An output's type, as 'list' shows it: slack, aws.sns." };
        type.CompletionSources.Add([.. OutputCatalogue.Default.All.Select(static output => output.Descriptor.Type)]);
        var describe = new Command("describe", "Shows the keys of an output with types, defaults and variables: saker-router outputs describe slack.") { type, JsonOutput.Option }.EndsWith((0, "shown"), (1, "there is no such output"));
        describe.SetAction((result, _) => DescribeAsync(result.GetValue(type)!, OutputCatalogue.Default, result.GetValue(JsonOutput.Option), Console.Out, Console.Error));

        var name = new Argument<string>("NAME") { Description = "An output of the configuration." };
        var test = new Command("test", "Sends a test alert to one output of the configuration, without a running router, and shows what its destination says: saker-router outputs test slack.") { name, JsonOutput.Option }.EndsWith((0, "its destination took the alert"), (1, "it did not, or there is no such output"));
        test.SetAction((result, cancellationToken) => TestAsync(load(result), result.GetValue(name)!, TimeProvider.System, result.GetValue(JsonOutput.Option), Console.Out, Console.Error, cancellationToken));
        return new Command("outputs", "Shows the outputs that there are, tries one, and has one wait.")
        {
            list, describe, test,
            Change("pause", "Has the running router take no alert for an output until it is resumed, also beyond a restart: saker-router outputs pause slack. Its alerts wait within its backlog.", isPaused: true),
            Change("resume", "Has an output go on where it was paused: saker-router outputs resume slack.", isPaused: false),
        };

        Command Change(string word, string description, bool isPaused)
        {
            var which = new Argument<string>("NAME") { Description = "An output of the running router, as 'saker-router status' shows it." };
            var change = new Command(word, description) { which, JsonOutput.Option }.EndsWith((0, $"{word}d"), (1, "no router runs, or it has no such output"));
            change.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
                load(result), result.GetValue(dataDirectory), needsFiles: false, Console.Error, client => ChangeAsync(client, result.GetValue(which)!, isPaused, result.GetValue(JsonOutput.Option), Console.Out, Console.Error, cancellationToken), cancellationToken));
            return change;
        }
    }

    /// <summary>Pauses or resumes an output; 1 when no router runs. What the router refuses is thrown.</summary>
    public static async Task<int> ChangeAsync(ControlClient client, string name, bool isPaused, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!client.IsRunning)
        {
            await errors.WriteLineAsync("No router runs on this data directory.");
            return 1;
        }

        var view = await client.PauseAsync(name, isPaused, cancellationToken);
        await (json
            ? JsonOutput.WriteAsync(output, view, JsonOutput.Forms.OutputView)
            : output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{view.Name} is {(isPaused ? "paused" : "resumed")}; {view.Depth} alerts wait.")));
        return 0;
    }

    // Only a running router knows. Without one, the list is that of the configuration.
    private static async Task<IReadOnlyCollection<string>> PausedAsync(RouterConfiguration configuration, string? dataDirectory, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = await ControlCommands.OpenAsync(configuration, dataDirectory, DefaultDataDirectory.Places, needsFiles: false, cancellationToken);
            return client.IsRunning ? [.. (await client.OutputsAsync(cancellationToken)).Outputs.Where(static one => one.State == OutputState.Paused).Select(static one => one.Name)] : [];
        }
        catch (UnauthorizedAccessException exception)
        {
            await errors.WriteLineAsync($"Which outputs are paused is not known: {exception.Message}");
        }
        catch (IOException)
        {
            // No router has run here.
        }

        return [];
    }

    /// <summary>Every output, with the instances that the configuration switches on.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="catalogue">The outputs.</param>
    /// <param name="paused">Names of instances that are paused.</param>
    /// <param name="json">As JSON.</param>
    /// <param name="output">Gets the list.</param>
    public static async Task<int> ListAsync(RouterConfiguration configuration, OutputCatalogue catalogue, IReadOnlyCollection<string> paused, bool json, TextWriter output)
    {
        if (json)
        {
            await OutputsJson.ListAsync(configuration, catalogue, paused, output);
            return 0;
        }

        var rows = new List<string[]> { ListHeader };
        rows.AddRange(catalogue.All.Select(registration => (string[])
        [
            registration.Descriptor.Type, registration.Descriptor.Title, registration.Descriptor.DecidingKey,
            string.Join(", ", configuration.Outputs.Where(instance => instance.Registration == registration)
                .Select(instance => paused.Contains(instance.Name) ? $"{instance.Name} (paused)" : instance.Name)),
        ]));
        await ControlCommands.PrintAsync(output, rows);
        return 0;
    }

    /// <summary>What one output is, and its keys; 1 when there is no such output.</summary>
    public static async Task<int> DescribeAsync(string type, OutputCatalogue catalogue, bool json, TextWriter output, TextWriter errors)
    {
        if (catalogue.Find(type) is not { } registration)
        {
            await errors.WriteLineAsync(FalcosidekickOutputs.Contains(type)
                ? $"The output '{type}' is not in this version."
                : $"There is no output '{type}'{NearestWord.Hint(type, catalogue.All.Select(static one => one.Descriptor.Type))}");
            return 1;
        }

        if (json)
        {
            await OutputsJson.DescribeAsync(registration, output);
            return 0;
        }

        var descriptor = registration.Descriptor;
        await output.WriteLineAsync($"{descriptor.Title} ({descriptor.Type}): {descriptor.Summary}");
        await output.WriteLineAsync($"Switched on by {descriptor.DecidingKey}. {(descriptor.InFalcosidekick ? $"The section '{descriptor.Type}' is the instance of that name; more stand below 'outputs'." : "Instances stand below 'outputs'.")}");
        if (descriptor.Guarantee == DeliveryGuarantee.Sent)
        {
            await output.WriteLineAsync("The destination confirms nothing: a delivered alert is one that has left this machine.");
        }

        if (descriptor.Documentation is { } documentation)
        {
            await output.WriteLineAsync($"The other side's documentation: {documentation}");
        }

        await PrintKeysAsync(OptionSchema.For(registration.OptionsType), descriptor.InFalcosidekick ? descriptor.Type : "outputs.NAME", descriptor.Type, output);
        if (registration.Group is { } group)
        {
            await output.WriteLineAsync($"\nShared by all outputs of '{group.Name}':");
            await PrintKeysAsync(OptionSchema.For(group.OptionsType), group.Name, group.Name, output);
        }

        return 0;
    }

    /// <summary>Sends the test alert; 0 when it was delivered, 1 with the reason when it was not or there is no such output.</summary>
    public static async Task<int> TestAsync(RouterConfiguration configuration, string name, TimeProvider clock, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var faults = new ConfigFaults();
        var notices = new OutputNotices((key, problem) => errors.WriteLine($"{key}: {problem}"), NullLogger.Instance);
        var outputs = configuration.IsRefused ? [] : OutputAssembly.Create(configuration, clock, faults, notices);
        try
        {
            foreach (var fault in configuration.Faults.Concat(faults.All).Where(static fault => fault.Severity == FaultSeverity.Error))
            {
                await errors.WriteLineAsync($"error: {fault}");
            }

            if (configuration.IsRefused || faults.HasErrors)
            {
                return 1;
            }

            if (outputs.Find(one => one.Name == name) is not { } target)
            {
                var names = outputs.Select(static one => one.Name).ToList();
                await errors.WriteLineAsync($"No output '{name}' is on{NearestWord.Hint(name, names)} Those that are: {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
                return 1;
            }

            return await TestAsync(target, configuration, clock, json, output, errors, cancellationToken);
        }
        finally
        {
            foreach (var one in outputs)
            {
                await one.DisposeAsync();
            }
        }
    }

    private static async Task<int> TestAsync(RoutedOutput target, RouterConfiguration configuration, TimeProvider clock, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var alert = new AlertEnricher(configuration.Router, (key, problem) => errors.WriteLine($"{key}: {problem}")).Enrich(TestAlert.Create(clock.GetUtcNow()));
        var start = clock.GetTimestamp();
        var result = await target.TryAsync(alert, Patience, clock, cancellationToken);
        var time = DurationText.About(clock.GetElapsedTime(start));
        if (json)
        {
            await OutputsJson.ResultAsync(target.Name, result, clock.GetElapsedTime(start), output);
            return result.Status == DeliveryStatus.Delivered ? 0 : 1;
        }

        if (result.Status == DeliveryStatus.Delivered)
        {
            await output.WriteLineAsync($"{target.Name}: delivered in {time}.");
            return 0;
        }

        await errors.WriteLineAsync($"{target.Name}: {Word(result.Status)} after {time}. {result.Reason}");
        return 1;
    }

    private static string Word(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Skipped => "has nothing to send for the test alert",
        DeliveryStatus.Retry => "not delivered, the router would try again",
        DeliveryStatus.Blocked => "not delivered, nothing would be until this is mended",
        _ => "refused",
    };

    private static async Task PrintKeysAsync(OptionSchema schema, string path, string type, TextWriter output)
    {
        foreach (var (variable, keyPath, key) in VariableTable.Of(schema, path))
        {
            var limits = KeyFacts.Limits(key);
            var initial = KeyFacts.Default(key);
            await output.WriteLineAsync($"\n  {keyPath}  ({KeyFacts.Type(key)}{(key.IsRequired ? ", must be set" : initial.Length == 0 ? "" : $", default {initial}")}{(limits.Length == 0 ? "" : $", {limits}")}; {variable})");
            await output.WriteLineAsync($"      {OutputTexts.Of(type + keyPath[path.Length..])}");
        }
    }
}
