using Saker.Detector.Configuration;

namespace Saker.Detector.Kubernetes;

/// <summary>Says from configuration and environment where the API server is, and who asks.</summary>
internal static class ClusterAccessReader
{
    private static readonly string[] nodeVariables = ["FALCO_K8S_NODE_NAME", "NODE_NAME"];

    /// <summary>The way to the server; null after faults.</summary>
    /// <param name="options">What the configuration says.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <param name="variable">The environment; null for what is not set.</param>
    /// <param name="fault">Gets each fault: the key, and a sentence.</param>
    public static ClusterAccess? Read(KubernetesMetadataOptions options, Func<string, string> resolve, Func<string, string?> variable, Action<string, string> fault)
    {
        var node = options.Node.Length > 0 ? options.Node : nodeVariables.Select(variable).FirstOrDefault(static name => name is { Length: > 0 }) ?? "";
        if (!ClusterAnswers.IsName(node))
        {
            fault("node", node.Length == 0
                ? $"The name of this node is not known; set it here, or in the variable {string.Join(" or ", nodeVariables)} (in a pod: fieldRef spec.nodeName)."
                : $"'{node}' is no name of a node.");
        }

        var access = options.Kubeconfig.Length > 0
            ? new Kubeconfig(resolve(options.Kubeconfig), sentence => fault("kubeconfig", sentence)).Read(node)
            : InCluster(options, resolve, variable, node, fault);
        return ClusterAnswers.IsName(node) ? access : null;
    }

    private static ClusterAccess? InCluster(
        KubernetesMetadataOptions options, Func<string, string> resolve, Func<string, string?> variable, string node, Action<string, string> fault)
    {
        if (ServerOf(options, variable) is not { } server)
        {
            fault("api_server", "The API server is not known: the variable KUBERNETES_SERVICE_HOST is not set, as it is in pods; name the server here, or a kubeconfig.");
            return null;
        }

        return new ClusterAccess { Server = server, Node = node, TokenFile = resolve(options.TokenFile), AuthorityFile = options.CaFile.Length > 0 ? resolve(options.CaFile) : "" };
    }

    private static Uri? ServerOf(KubernetesMetadataOptions options, Func<string, string?> variable)
    {
        if (options.ApiServer.Length > 0)
        {
            return new Uri(options.ApiServer.TrimEnd('/') + "/");
        }

        if (variable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host)
        {
            return null;
        }

        var port = variable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        var name = host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
        return Uri.TryCreate($"https://{name}:{port}/", UriKind.Absolute, out var server) ? server : null;
    }
}
