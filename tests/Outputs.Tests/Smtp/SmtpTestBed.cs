using Saker.Alerts;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>Routers with one SMTP output.</summary>
internal static class SmtpTestBed
{
    public const string Password = "T0p-s3cret!";

    public static ConfiguredRouter Configured(int port, params (string Key, string Value)[] keys) => ConfiguredRouter.Load(Yaml($"127.0.0.1:{port}", keys));

    public static string Yaml(string hostPort, params (string Key, string Value)[] keys)
    {
        var all = new Dictionary<string, string?>
        {
            ["hostport"] = hostPort, ["tls"] = "false", ["from"] = "Falco <falco@example.com>", ["to"] = "a@example.com", ["user"] = "user", ["password"] = Password,
        };
        foreach (var (key, value) in keys)
        {
            all[key] = value;
        }

        return ConfiguredRouter.Yaml("smtp", all);
    }

    public static async Task<DeliveryResult> DeliverAsync(ConfiguredRouter router, Alert? alert = null) =>
        (await router.Output.DeliverAsync([alert ?? SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
}
