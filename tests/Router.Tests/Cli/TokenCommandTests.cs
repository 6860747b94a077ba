using System.CommandLine;
using System.Text.Json;
using Saker.CommandLine;
using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Tests.Cli;

public sealed class TokenCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-token").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_token_is_printed_as_configuration_that_works()
    {
        var (code, output, errors) = await RunAsync("token", "new", "edge", "--role", "router", "--role", "metrics");
        Assert.Equal((0, ""), (code, errors));
        var file = Path.Combine(folder, "router.yaml");
        await File.WriteAllTextAsync(file, output, TestContext.Current.CancellationToken);
        var configuration = RouterConfigurationLoader.Load(file, EnvironmentVariables.None, new OutputCatalogue());
        Assert.Empty(configuration.Faults);
        Assert.Equal(64, configuration.Router.Http.Clients["edge"].Token.Reveal().Length);
        Assert.Equal([ClientRole.Router, ClientRole.Metrics], configuration.Router.Http.Clients["edge"].Roles);
        Assert.NotEqual(output, (await RunAsync("token", "new", "edge", "--role", "router", "--role", "metrics")).Output);
    }

    [Fact]
    public async Task A_token_in_a_file_is_the_owners_alone_and_printed_nowhere()
    {
        var path = Path.Combine(folder, "edge.token");
        var (code, output, errors) = await RunAsync("token", "new", "edge", "--file", path);
        Assert.Equal((0, ""), (code, errors));
        var token = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).TrimEnd();
        Assert.Matches("^[0-9a-f]{64}$", token);
        Assert.DoesNotContain(token, output, StringComparison.Ordinal);
        Assert.Contains($"token: ${{file:{path}}}", output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        (code, _, errors) = await RunAsync("token", "new", "edge", "--file", path);
        Assert.Equal(1, code);
        Assert.Contains("it is left as it is", errors, StringComparison.Ordinal);
        Assert.Equal(token, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).TrimEnd());
    }

    [Fact]
    public async Task Other_programs_read_it_as_json_and_a_wrong_name_is_told()
    {
        var (code, output, _) = await RunAsync("token", "new", "edge", "--json");
        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("edge", document.RootElement.GetProperty("name").GetString());
        Assert.Equal(64, document.RootElement.GetProperty("token").GetString()!.Length);
        (code, _, var errors) = await RunAsync("token", "new", "Edge");
        Assert.Equal(1, code);
        Assert.StartsWith("'Edge' is no name for a client. A name has 1 to 63", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Invocation.RunAsync(RouterCommandLine.Create(), arguments, new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
