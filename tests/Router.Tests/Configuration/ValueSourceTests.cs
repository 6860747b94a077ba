using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>Values that come from files and variables: <c>KEY_FILE</c>, <c>${file:…}</c>, <c>${env:…}</c>.</summary>
public sealed class ValueSourceTests : IDisposable
{
    private static readonly OutputCatalogue Catalogue = new(OutputRegistration.For<SampleOutput, SampleOptions>());

    private readonly string folder = Directory.CreateTempSubdirectory("saker-values").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("https://h/secret-path", "https://h/secret-path")]
    [InlineData("https://h/secret-path\n", "https://h/secret-path")]
    [InlineData("https://h/secret-path\r\n", "https://h/secret-path")]
    [InlineData("https://h/secret-path\n\n", "https://h/secret-path\n")]
    [InlineData("${env:NOT_LOOKED_AT}", "${env:NOT_LOOKED_AT}")]
    public void A_variable_may_name_the_file_that_holds_the_value(string content, string value)
    {
        var configuration = Load("", ("SAMPLE_URL_FILE", File("url", content)));
        Assert.Empty(configuration.Faults);
        Assert.Equal(value, Sample(configuration).Url.Reveal());
        Assert.Equal("***", configuration.Effective.Single(static setting => setting.Path == "sample.url").Text);
        Assert.Equal("SAMPLE_URL_FILE", configuration.Effective.Single(static setting => setting.Path == "sample.url").Source.ToString());
    }

    [Fact]
    public void What_a_value_refers_to_is_put_in_wherever_it_stands_and_shown_as_it_was_written()
    {
        var file = File("key", "hidden, too");
        var configuration = Load(
            $"sample: {{url: 'https://${{env:HOST}}/${{file:{file}}}', channel: 'x ${{file:{file}}}', labels: {{a: '${{env:HOST}}'}}}}\ncustomtags: ['${{env:HOST}}', '$${{env:HOST}}']\n",
            ("HOST", "h.example, b"));
        Assert.Empty(configuration.Faults);
        var options = Sample(configuration);
        Assert.Equal("https://h.example, b/hidden, too", options.Url.Reveal());
        Assert.Equal("x hidden, too", options.Channel);
        Assert.Equal("h.example, b", options.Labels["a"]);
        Assert.Equal(["h.example, b", "${env:HOST}"], configuration.Router.CustomTags);
        Assert.Equal($"x ${{file:{file}}}", configuration.Effective.Single(static setting => setting.Path == "sample.channel").Text);
        Assert.Equal("[${env:HOST}, $${env:HOST}]", configuration.Effective.Single(static setting => setting.Path == "customtags").Text);
        Assert.Contains("hidden, too", configuration.Outputs[0].Secrets.Select(static secret => secret.Reveal()));
    }

    [Fact]
    public void What_is_not_there_is_named_with_its_place_and_its_cure()
    {
        var file = Path.Combine(folder, "missing");
        var configuration = Load(
            $"sample: {{url: '${{file:{file}}}', channel: '${{env:NOWHERE}}'}}\nlistenport: '${{file:{File("port", "no number")}}}'\n",
            ("CUSTOMTAGS_FILE", folder), ("BRACKETREPLACER_FILE", File("bytes", "a\0b")), ("LOGLEVEL_FILE", File("level", "debug")), ("LOGLEVEL", "debug"));
        Assert.True(configuration.IsRefused);
        Assert.Equal(
            [
                $"listenport: '${{file:{Path.Combine(folder, "port")}}}' is not a whole number; write it in digits, as in '5'.",
                $"sample.channel: '${{env:NOWHERE}}' refers to the variable NOWHERE, which is not set.",
                $"sample.url: '***' refers to the file '{file}', which cannot be read: there is no such file.",
                $": The file '{Path.Combine(folder, "bytes")}' cannot be read: it holds bytes that are no text.",
                $": The file '{folder}' cannot be read: it is a folder; name the file in it.",
                ": LOGLEVEL is set as well; keep one of the two.",
            ],
            configuration.Faults.Select(static fault => $"{fault.Key}: {fault.Message}"));
        Assert.DoesNotContain(configuration.Faults, static fault => fault.Message.Contains("no number'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_too_large_or_no_file_is_refused()
    {
        var configuration = Load("", ("SAMPLE_URL_FILE", File("large", new string('x', ValueFiles.MaxBytes + 1))), ("CUSTOMTAGS_FILE", "/dev/null"));
        Assert.Equal(2, configuration.Faults.Count);
        Assert.Contains(configuration.Faults, static fault => fault.Message.EndsWith("it has more than 65536 bytes, which is no value.", StringComparison.Ordinal));
        Assert.Contains(configuration.Faults, static fault => fault.Message.EndsWith("it is no file that can be read again, but a pipe or a device.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_a_file_that_a_value_comes_from_is_seen()
    {
        var file = File("token", "a token of some length");
        var yaml = $"http: {{clients: {{edge: {{token: '${{file:{file}}}'}}}}}}\n";
        var before = Load(yaml);
        Assert.Equal(before.Fingerprint, before.PresentFingerprint);
        Assert.Equal([file], before.ValueFiles);
        File("token", "another of some length");
        Assert.NotEqual(before.Fingerprint, before.PresentFingerprint);
        var after = Load(yaml);
        Assert.Equal("another of some length", after.Router.Http.Clients["edge"].Token.Reveal());
        Assert.Equal(after.Fingerprint, after.PresentFingerprint);
        System.IO.File.Delete(file);
        Assert.NotEqual(after.Fingerprint, after.PresentFingerprint);
    }

    [Fact]
    public void Clients_stand_under_names_and_their_keys_have_variables()
    {
        var configuration = Load(
            "http:\n  protect: [alerts, METRICS]\n  clients:\n    edge: {roles: [router], sources: 'syscall,k8s_audit'}\n    ci: {user: build, password: a password of some length, rate: 2.5}\n",
            ("HTTP_CLIENTS_EDGE_TOKEN_FILE", File("token", "a token of some length\n")));
        Assert.Empty(configuration.Faults);
        var clients = configuration.Router.Http.Clients;
        Assert.Equal("a token of some length", clients["edge"].Token.Reveal());
        Assert.Equal([ClientRole.Router], clients["edge"].Roles);
        Assert.Equal(["syscall", "k8s_audit"], clients["edge"].Sources);
        Assert.Equal(2.5, clients["ci"].Rate);
        Assert.Equal([ProtectedArea.Alerts, ProtectedArea.Metrics], configuration.Router.Http.Protect);
        Assert.Equal("***", configuration.Effective.Single(static setting => setting.Path == "http.clients.ci.password").Text);
    }

    [Theory]
    [InlineData("signingkey: 'one of some length'")]
    [InlineData("certificate: edge.example.com")]
    [InlineData("user: build, password: 'one of some length'")]
    public void One_proof_is_enough_for_a_client(string keys) =>
        Assert.Empty(Load($"http:\n  clients:\n    edge: {{{keys}}}\n").Faults);

    [Theory]
    [InlineData("token: short", "token: A token has at least 16")]
    [InlineData("signingkey: short", "signingkey: A key has at least 16")]
    [InlineData("user: a, password: short", "password: A password has at least 16")]
    [InlineData("user: a", "password: A name and a password belong together")]
    [InlineData("password: 'one of some length'", "user: A name and a password belong together")]
    [InlineData("user: 'a:b', password: 'one of some length'", "user: Basic authentication knows no name with a colon")]
    [InlineData("roles: [sender]", "token: Nothing says how this client proves who it is")]
    public void A_client_that_could_not_prove_who_it_is_is_an_error_at_its_line(string keys, string sentence)
    {
        var fault = Assert.Single(Load($"http:\n  clients:\n    edge: {{{keys}}}\n").Faults).ToString();
        Assert.Contains(":3:", fault, StringComparison.Ordinal);
        Assert.Contains($"http.clients.edge.{sentence}", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("short", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${env:TOKEN}")]
    [InlineData("plain text of a token")]
    public void A_secret_of_one_client_is_not_shown_because_another_one_refers_to_its_own(string token)
    {
        var configuration = Load(
            $"http:\n  clients:\n    edge: {{token: '{token}'}}\n    ci: {{user: build, password: 'written beside it'}}\n",
            ("TOKEN", "a token of some length"));
        Assert.Empty(configuration.Faults);
        Assert.Equal("edge, ci", configuration.Effective.Single(static setting => setting.Path == "http.clients").Text);
        Assert.DoesNotContain(configuration.Effective, static setting => setting.Text.Contains("written beside it", StringComparison.Ordinal) || setting.Text.Contains("length", StringComparison.Ordinal));
    }

    [Fact]
    public void Faults_of_clients_are_named_all_at_once()
    {
        var configuration = Load("""
            http:
              protect: [alert]
              clients:
                Edge: {token: a token of some length}
                short: {token: short, signingkey: short, rate: -1}
                half: {user: 'a:b'}
                nothing:
                odd: [1]
                roles: {token: a token of some length, roles: [boss], tokn: x}

            """);
        Assert.Equal(
            [
                "http.clients.Edge: A name has 1 to 63 of the characters a-z, 0-9 and '-', and does not begin with '-'.",
                "http.clients.short.rate: '-1' is out of range; write a value from 0 to 1000000.",
                "http.clients.short.token: A token has at least 16 characters, so that nobody guesses it; make one with: saker-router token new NAME.",
                "http.clients.short.signingkey: A key has at least 16 characters, so that nobody guesses it; make one with: saker-router token new NAME.",
                "http.clients.half.password: A name and a password belong together; set both.",
                "http.clients.half.user: Basic authentication knows no name with a colon.",
                "http.clients.nothing.token: Nothing says how this client proves who it is; set token, user and password, certificate, or signingkey.",
                "http.clients.odd: This is a section; put its keys below it, one a line.",
                "http.clients.odd.token: Nothing says how this client proves who it is; set token, user and password, certificate, or signingkey.",
                "http.clients.roles.tokn: There is no such key; did you mean 'token'?",
                "http.clients.roles.roles: 'boss' is not one of sender, router, metrics, viewer, operator, admin.",
                "http.protect: 'alert' is not one of alerts, test, metrics; did you mean 'alerts'?",
            ],
            configuration.Faults.Select(static fault => $"{fault.Key}: {fault.Message}"));
        Assert.DoesNotContain("short", configuration.Effective.Where(static setting => setting.Path.EndsWith("token", StringComparison.Ordinal)).Select(static setting => setting.Text));
    }

    private static SampleOptions Sample(RouterConfiguration configuration) => Assert.IsType<SampleOptions>(Assert.Single(configuration.Outputs).Options);

    private string File(string name, string content)
    {
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    private RouterConfiguration Load(string yaml, params (string Name, string Value)[] variables) =>
        RouterConfigurationLoader.Load(File("router.yaml", yaml), new EnvironmentVariables(variables.ToDictionary(static pair => pair.Name, static pair => pair.Value)), Catalogue);
}
