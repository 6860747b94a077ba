using Saker.Alerts;
using Saker.FalcoGrpc;
using Saker.Router.Grpc;

namespace Saker.Router.Sources;

/// <summary>An alert in the form of Falco's own service.</summary>
internal static class FalcoAlert
{
    /// <summary>Reads an alert; false with a fault of a closed set, without a word of the alert.</summary>
    public static bool TryRead(response sent, out Alert? alert, out string error)
    {
        alert = null;
        error = sent.Priority is < priority.Emergency or > priority.Debug ? "priority is unknown" : sent.Rule.Length == 0 ? "rule is missing" : "";
        if (error.Length > 0 || !AlertForm.TryReadTime(sent.Time, out var time, out error))
        {
            return false;
        }

        string[] tags = [.. sent.Tags];
        Array.Sort(tags, Utf8Order.Instance);
        alert = new()
        {
            Output = sent.Output,
            Priority = (Priority)sent.Priority,
            Rule = sent.Rule,
            Time = time,

            // Falco has them as text only, numbers too.
            OutputFields = AlertFields.From(sent.OutputFields.Select(static field => KeyValuePair.Create(field.Key, FieldValue.Text(field.Value)))),
            Source = sent.Source.Length > 0 ? sent.Source : Word(sent.SourceDeprecated),
            Tags = tags,
            Hostname = sent.Hostname,
        };
        return true;
    }

    // Falco before 0.31 says it so only.
    private static string Word(source source) => source switch
    {
        source.Syscall => "syscall",
        source.K8SAudit => "k8s_audit",
        source.Internal => "internal",
        source.Plugin => "plugin",
        _ => "",
    };
}
