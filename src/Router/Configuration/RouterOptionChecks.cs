using Saker.Router.Enrichment;
using Saker.Router.Telemetry;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>Checks of the router's own settings that concern more than one value, or the environment.</summary>
internal static class RouterOptionChecks
{
    /// <summary>The options with variables put in where custom fields refer to them.</summary>
    public static RouterOptions Apply(RouterOptions options, IReadOnlyList<EffectiveValue> effective, EnvironmentVariables environment, ConfigFaults faults)
    {
        if (options.TlsServer.Deploy)
        {
            faults.Error(
                SourceOf("tlsserver.deploy"),
                "tlsserver.deploy",
                "TLS towards senders is not in this version; put a proxy with TLS in front, or set 'config.onerror: ignore' to listen without TLS.");
        }

        TemplatedFields.Compile(options.TemplatedFields, (name, sentence) => faults.Error(SourceOf("templatedfields"), $"templatedfields.{name}", sentence));
        EventLabels.Create(options, (path, sentence, mustMend) =>
        {
            if (mustMend)
            {
                faults.Error(SourceOf(path), path, sentence);
            }
            else
            {
                faults.Notice(SourceOf(path), path, sentence);
            }
        });
        return options with { CustomFields = WithVariables(options.CustomFields) };

        ConfigSource SourceOf(string path) =>
            effective.First(value => value.Path == path).Source ?? ConfigSource.InVariable(EnvironmentVariables.NameOf(path));

        Dictionary<string, string> WithVariables(IReadOnlyDictionary<string, string> fields)
        {
            var result = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in fields)
            {
                var text = value.StartsWith('%') ? environment.Text(value[1..]) : value;
                if (text is null)
                {
                    faults.Error(SourceOf("customfields"), $"customfields.{name}", $"The variable '{value[1..]}' is not set; set it, or write the value itself.");
                    continue;
                }

                result[name] = text;
            }

            return result;
        }
    }
}
