using System.Text;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Kubernetes;
using Saker.Rules.Yaml;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>Where the API server is, and who asks it, from what a cluster, a kubeconfig and Falco's plugin say.</summary>
public sealed class ServerSettings : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly List<string> faults = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void In_a_pod_the_cluster_says_everything()
    {
        var access = Read(new(), ("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("KUBERNETES_SERVICE_PORT", "6443"), ("NODE_NAME", "n1"))!;
        Assert.Equal("https://10.0.0.1:6443/ n1", $"{access.Server} {access.Node}");
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount/token", access.TokenFile);
        Assert.Equal("https://[fd00::1]/", Read(new() { Node = "n" }, ("KUBERNETES_SERVICE_HOST", "fd00::1"))!.Server.ToString());
        Assert.Equal("n2", Read(new(), ("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("NODE_NAME", "n1"), ("FALCO_K8S_NODE_NAME", "n2"))!.Node);
        Assert.Empty(faults);
    }

    [Fact]
    public void What_is_missing_is_named_all_at_once()
    {
        Assert.Null(Read(new()));
        Assert.Equal(
            [
                "api_server: The API server is not known: the variable KUBERNETES_SERVICE_HOST is not set, as it is in pods; name the server here, or a kubeconfig.",
                "node: The name of this node is not known; set it here, or in the variable FALCO_K8S_NODE_NAME or NODE_NAME (in a pod: fieldRef spec.nodeName).",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_kubeconfig_says_it_by_its_present_context()
    {
        using var certificates = new TestCertificates();
        var authority = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(certificates.Folder, "ca.crt")));
        var access = ReadKubeconfig($$"""
            current-context: b
            contexts:
            - {name: a, context: {cluster: x, user: y} }
            - {name: b, context: {cluster: c, user: u} }
            clusters:
            - {name: c, cluster: {server: "https://api.example:6443", certificate-authority-data: {{authority}}, tls-server-name: kubernetes} }
            users:
            - {name: u, user: {tokenFile: token} }
            """)!;
        Assert.Equal("https://api.example:6443/ kubernetes", $"{access.Server} {access.ServerName}");
        Assert.Equal(Path.Combine(folder, "token"), access.TokenFile);
        Assert.Single(access.Authorities!);
        Assert.Empty(faults);
    }

    [Fact]
    public void A_client_certificate_of_a_kubeconfig_comes_with_its_key()
    {
        using var certificates = new TestCertificates();
        var certificate = Base64(certificates.Client("client").ExportCertificatePem());
        var key = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(certificates.Folder, "client.key")));
        var access = ReadKubeconfig(Kubeconfig($"{{client-certificate-data: {certificate}, client-key-data: {key}}}"))!;
        Assert.True(access.Certificate!.HasPrivateKey);
        Assert.Null(ReadKubeconfig(Kubeconfig($"{{client-certificate-data: {certificate}, client-key-data: {Base64("no key")}}}")));
        Assert.Contains("are no certificate with its key", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{exec: {command: aws}}", "its user signs in by 'exec'")]
    [InlineData("{username: a, password: s3cret}", "its user signs in by 'username'")]
    public void What_is_not_understood_is_refused_without_its_secrets(string user, string sentence)
    {
        Assert.Null(ReadKubeconfig(Kubeconfig(user)));
        Assert.Contains(faults, fault => fault.Contains(sentence, StringComparison.Ordinal));
        Assert.DoesNotContain(faults, static fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("token: [s3cret")]
    [InlineData("current-context: a")]
    [InlineData("")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'http://plain'}}]\nusers: [{name: u, user: {token: s3cret}}]")]
    public void A_kubeconfig_that_leads_nowhere_is_a_fault(string text)
    {
        Assert.Null(ReadKubeconfig(text));
        Assert.NotEmpty(faults);
        Assert.DoesNotContain(faults, static fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{enabled: true, api_server: 'http://10.0.0.1'}", "This is no address of an API server")]
    [InlineData("{enabled: true, api_server: 'https://10.0.0.1', kubeconfig: /a}", "keep one of the two")]
    public void Settings_that_contradict_are_faults(string section, string sentence) =>
        Assert.Contains(Load($"kubernetes_metadata: {section}\n").Faults.All, fault => fault.Message.Contains(sentence, StringComparison.Ordinal));

    [Fact]
    public void Falco_s_plugin_switches_it_on_and_one_sentence_says_what_is_asked()
    {
        var configuration = Load("""
            load_plugins: [k8smeta]
            plugins:
            - name: k8smeta
              library_path: libk8smeta.so
              init_config: {collectorHostname: k8s-metacollector, collectorPort: 45000, nodeName: n1, verbosity: info}
            """);
        Assert.Equal(new KubernetesMetadataOptions { Enabled = true, Node = "n1" }, configuration.Options.KubernetesMetadata);
        Assert.Equal(
            "The Kubernetes API server itself is asked for this plugin's fields (kubernetes_metadata), and no collector; without effect: collectorHostname, collectorPort, verbosity.",
            Assert.Single(configuration.Faults.All).Message);
    }

    [Fact]
    public void What_our_own_section_says_counts_more_than_the_plugin()
    {
        var options = Load("""
            plugins: [{name: k8smeta, init_config: '{"nodeName": "n1"}'}]
            kubernetes_metadata: {node: n2}
            """).Options.KubernetesMetadata;
        Assert.Equal((true, "n2"), (options.Enabled, options.Node));
        Assert.False(Load("plugins: [{name: k8smeta}]\nkubernetes_metadata: {enabled: false}\n").Options.KubernetesMetadata.Enabled);
        Assert.False(Load("plugins: [{name: k8smeta}]\nload_plugins: []\n").Options.KubernetesMetadata.Enabled);
    }

    [Theory]
    [InlineData("k8s.deployment.name = web")]
    [InlineData("k8smeta.svc.name intersects (web)")]
    public void Without_it_rules_that_need_it_are_off_and_the_reason_names_the_option(string condition)
    {
        var file = new RuleFile("rules.yaml", $"""
            - rule: r
              desc: d
              condition: evt.type = execve and {condition}
              output: "%k8s.ns.label[a]"
              priority: NOTICE
            """);
        Assert.Contains("kubernetes_metadata.enabled: true", Assert.Single(RuleLoading.Load([file], [EventStream.OfSystemCalls(null)]).Rules).Unavailable, StringComparison.Ordinal);
        var set = RuleLoading.Load([file], [EventStream.OfSystemCalls(null, sources: FieldSources.KubernetesServer)]);
        Assert.Null(Assert.Single(set.Rules).Unavailable);
        Assert.Equal(
            KubernetesParts.Pods | KubernetesParts.Namespaces | (condition.Contains("svc", StringComparison.Ordinal) ? KubernetesParts.Services : KubernetesParts.ReplicaSets),
            EventStream.FieldsOf(set).Aggregate(KubernetesParts.None, static (parts, field) => parts | Saker.Detector.Fields.KubernetesFields.PartsOf(field.Definition.Name)));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string Kubeconfig(string user) => $$"""
        current-context: a
        contexts: [{name: a, context: {cluster: c, user: u} }]
        clusters: [{name: c, cluster: {server: "https://api.example"} }]
        users: [{name: u, user: {{user}} }]
        """;

    private ClusterAccess? ReadKubeconfig(string text)
    {
        File.WriteAllText(Path.Combine(folder, "config"), text);
        return Read(new() { Node = "n", Kubeconfig = "config" });
    }

    private ClusterAccess? Read(KubernetesMetadataOptions options, params (string Name, string Value)[] variables) => ClusterAccessReader.Read(
        options,
        path => Path.GetFullPath(path, folder),
        name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        (key, sentence) => faults.Add($"{key}: {sentence}"));

    private DetectorConfiguration Load(string yaml)
    {
        var file = Path.Combine(folder, "falco.yaml");
        File.WriteAllText(file, yaml);
        return DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
    }
}
