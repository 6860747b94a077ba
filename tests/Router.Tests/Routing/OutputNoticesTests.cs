using System.Text;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Router.Tests.Delivery;
using Saker.Settings;

namespace Saker.Router.Tests.Routing;

public sealed class OutputNoticesTests
{
    private const string Address = "http://127.0.0.1:1/T0p-s3cret-t0ken";

    [Fact]
    public async Task A_payload_is_shown_without_secrets_and_to_a_bound()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"slack:\n  webhookurl: {Address}\n", TestContext.Current.CancellationToken);
        var configuration = RouterConfigurationLoader.Load(file, EnvironmentVariables.None, OutputCatalogue.Default);
        File.Delete(file);
        var lines = new LogLines();
        var body = Encoding.UTF8.GetBytes($"{{\"text\":\"{Address} {new string('x', 10_000)}\"}}");
        new OutputNotices(static (_, _) => { }, lines).Show(Assert.Single(configuration.Outputs), body);

        var (id, text) = Assert.Single(lines.Lines);
        Assert.Equal(3540, id);
        Assert.StartsWith("Output slack sends: {\"text\":\"***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("T0p-s3cret", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 3000, 5000);
    }
}
