using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Cli;

/// <summary><c>saker-router outputs</c>: what a person reads of the outputs, and the one that they try.</summary>
public sealed class OutputsCommandTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    public void Dispose()
    {
        output.Dispose();
        errors.Dispose();
    }

    [Fact]
    public async Task Every_output_is_listed_with_the_names_it_is_configured_under()
    {
        Assert.Equal(0, await OutputsCommand.ListAsync(Load("outputs: {one: {type: slack, webhookurl: 'http://127.0.0.1:1/'}, two: {type: slack, webhookurl: 'http://127.0.0.1:1/'}}"), OutputCatalogue.Default, ["two"], json: false, output));
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(OutputCatalogue.Default.All.Count + 1, lines.Length);
        Assert.Matches("^slack +Slack +webhookurl +one, two \\(paused\\)", lines.Single(static line => line.StartsWith("slack", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("webhook", "webhook.address  (secret, must be set; WEBHOOK_ADDRESS)")]
    [InlineData("pagerduty", "pagerduty.region  (word, default us, us, eu; PAGERDUTY_REGION)")]
    [InlineData("AWS.SNS", "Shared by all outputs of 'aws':")]
    [InlineData("aws.sns", "aws.region  (text; AWS_REGION)")]
    [InlineData("stdout", "outputs.NAME.format  (word, default text, text, json; OUTPUTS_NAME_FORMAT)")]
    public async Task An_output_is_described_with_its_keys(string type, string line)
    {
        Assert.Equal(0, await OutputsCommand.DescribeAsync(type, OutputCatalogue.Default, json: false, output, errors));
        Assert.Contains(line, output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("      \n", output.ToString(), StringComparison.Ordinal); // every key has a sentence
    }

    [Theory]
    [InlineData("slak", "There is no output 'slak'; did you mean 'slack'?")]
    [InlineData("gotify", "The output 'gotify' is not in this version.")]
    public async Task An_output_that_is_not_there_is_an_error(string type, string sentence)
    {
        Assert.Equal(1, await OutputsCommand.DescribeAsync(type, OutputCatalogue.Default, json: false, output, errors));
        Assert.Equal(sentence, errors.ToString().Trim());
    }

    [Theory]
    [InlineData(200, 0, "chat: delivered in ", "")]
    [InlineData(503, 1, "", "chat: not delivered, the router would try again after ")]
    [InlineData(403, 1, "", "Look at outputs.chat.webhookurl.")]
    [InlineData(400, 1, "", "Slack refused the alert (status 400): invalid_payload.")]
    public async Task One_is_tried_and_says_what_its_destination_says(int status, int code, string told, string refused)
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = status, Body = "invalid_payload"u8.ToArray() });
        Assert.Equal(code, await TestAsync($"outputs: {{chat: {{type: slack, webhookurl: '{server.Address}T0p-s3cret'}}}}", "chat"));
        Assert.Contains(told, output.ToString(), StringComparison.Ordinal);
        Assert.Contains(refused, errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("T0p-s3cret", $"{output}{errors}", StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("outputs: {chat: {type: slack, webhookurl: 'http://127.0.0.1:1/'}}", "chad", "No output 'chad' is on; did you mean 'chat'? Those that are: chat.")]
    [InlineData("outputs: {chat: {type: slack, webhookurl: 'ftp://x/'}}", "chat", "outputs.chat.webhookurl")]
    [InlineData("{}", "chat", "Those that are: none.")]
    public async Task What_cannot_be_tried_is_told(string yaml, string name, string sentence)
    {
        Assert.Equal(1, await TestAsync(yaml, name));
        Assert.Contains(sentence, errors.ToString(), StringComparison.Ordinal);
    }

    private static RouterConfiguration Load(string yaml)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            return RouterConfigurationLoader.Load(file, EnvironmentVariables.None, OutputCatalogue.Default);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<int> TestAsync(string yaml, string name) =>
        OutputsCommand.TestAsync(Load(yaml), name, TimeProvider.System, json: false, output, errors, TestContext.Current.CancellationToken);
}
