using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// What only the Kubernetes API server knows of pods: deployments, replica sets, services, labels of namespaces (<c>k8s.deployment.name</c>,
/// <c>k8smeta.ns.label</c> and the like). It is asked about the pods of this node alone. Settings of Falco's plugin k8smeta
/// (<c>init_config</c>) switch it on as well. See docs/containers.md.
/// </summary>
[SnakeCaseKeys]
internal sealed record KubernetesMetadataOptions : ICheckedOptions
{
    /// <summary>Whether it is asked.</summary>
    public bool Enabled { get; init; }

    /// <summary>The name that Kubernetes gives this node; empty for what the variable <c>FALCO_K8S_NODE_NAME</c> or <c>NODE_NAME</c> says.</summary>
    public string Node { get; init; } = "";

    /// <summary>The API server (<c>https://10.0.0.1:6443</c>); empty for the one of the cluster that the detector runs in.</summary>
    public string ApiServer { get; init; } = "";

    /// <summary>The file with the token that requests carry. It is read again as it changes.</summary>
    public string TokenFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>The file with the authority of the server's certificate, in PEM. It is read again as it changes.</summary>
    public string CaFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

    /// <summary>A kubeconfig, outside a cluster: its present context says all that the three keys above say.</summary>
    public string Kubeconfig { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (ApiServer.Length > 0 && (!Uri.TryCreate(ApiServer, UriKind.Absolute, out var server) || server.Scheme != Uri.UriSchemeHttps || server.UserInfo.Length > 0))
        {
            yield return new OptionFault("api_server", "This is no address of an API server; write it as in 'https://10.0.0.1:6443'.");
        }

        if (ApiServer.Length > 0 && Kubeconfig.Length > 0)
        {
            yield return new OptionFault("kubeconfig", "The kubeconfig names the API server, and api_server names one too; keep one of the two.");
        }
    }
}
