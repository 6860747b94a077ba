using Saker.Router.Enrichment;
using Saker.Router.Http;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>Checks of the router's own settings that concern more than one value, or the environment.</summary>
internal static class RouterOptionChecks
{
    /// <summary>The options with variables put in where custom fields refer to them.</summary>
    public static RouterOptions Apply(RouterOptions options, IReadOnlyList<EffectiveValue> effective, EnvironmentVariables environment, ConfigFaults faults)
    {
        CheckTlsServer(options, SourceOf, faults);
        foreach (var (name, falco) in options.FalcoGrpc)
        {
            falco.CheckFiles((key, sentence) => faults.Error(EntrySourceOf("falcogrpc", name), $"falcogrpc.{name}.{key}", sentence));
        }

        TemplatedFields.Compile(options.TemplatedFields, TemplateFault, static (_, _) => { }).Check(options.CustomFields.Keys, options.StrictCompatibility ? TemplateWarning : TemplateFault);
        EventLabels.Create(options, label =>
        {
            var source = EntrySourceOf(label.Section, label.Entry);
            if (label.MustMend)
            {
                faults.Error(source, label.Section, label.Sentence);
            }
            else
            {
                faults.Notice(source, label.Section, label.Sentence);
            }
        });
        return options with { CustomFields = WithVariables(options.CustomFields) };

        void TemplateFault(string name, string sentence) => faults.Error(EntrySourceOf("templatedfields", name), $"templatedfields.{name}", sentence);

        void TemplateWarning(string name, string sentence) => faults.Warning(EntrySourceOf("templatedfields", name), $"templatedfields.{name}", sentence);

        ConfigSource SourceOf(string path) =>
            effective.First(value => value.Path == path).Source ?? ConfigSource.InVariable(EnvironmentVariables.NameOf(path));

        ConfigSource EntrySourceOf(string path, string entry) => effective.First(value => value.Path == path).SourceOf(entry) ?? SourceOf(path);

        Dictionary<string, string> WithVariables(IReadOnlyDictionary<string, string> fields)
        {
            var result = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in fields)
            {
                var text = value.StartsWith('%') ? environment.Text(value[1..]) : value;
                if (text is null)
                {
                    faults.Warning(EntrySourceOf("customfields", name), $"customfields.{name}", $"The variable '{value[1..]}' is not set; the field is left out.");
                    continue;
                }

                result[name] = text;
            }

            return result;
        }
    }

    private static void CheckTlsServer(RouterOptions options, Func<string, ConfigSource> sourceOf, ConfigFaults faults)
    {
        var tls = options.TlsServer;
        if (!tls.Deploy)
        {
            if (tls.MutualTls)
            {
                faults.Warning(sourceOf("tlsserver.mutualtls"), "tlsserver.mutualtls", "This has no effect, because tlsserver.deploy is false: alerts are taken without TLS.");
            }

            return;
        }

        ServerCertificates.Read(tls, (key, sentence) => faults.Error(sourceOf($"tlsserver.{key}"), $"tlsserver.{key}", sentence));
        const string paths = "tlsserver.notlspaths";
        foreach (var unknown in tls.NoTlsPaths.Except(PortRoutes.All))
        {
            faults.Warning(sourceOf(paths), paths, $"'{unknown}' is not one of {string.Join(", ", PortRoutes.All)}; it is left out.");
        }

        if (tls.NoTlsPaths.Count > 0 && tls.NoTlsPort == options.ListenPort)
        {
            faults.Error(sourceOf("tlsserver.notlsport"), "tlsserver.notlsport", "This is the port with TLS as well (listenport); choose another one.");
        }
    }
}
