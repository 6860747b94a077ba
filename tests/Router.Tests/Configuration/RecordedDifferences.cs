using static Saker.Router.Tests.Configuration.RecordedDifference;

namespace Saker.Router.Tests.Configuration;

/// <summary>Where our reading of a configuration differs from the recorded one.</summary>
/// <param name="IsRefused">True: the router does not start and says why. False: it reads something else.</param>
/// <param name="Line">The name of the line of docs/falcosidekick-differences.md that says why.</param>
internal sealed record RecordedDifference(bool IsRefused, string Line)
{
    public static RecordedDifference Refused(string line) => new(true, line);

    public static RecordedDifference Reads(string line) => new(false, line);
}

/// <summary>The differences, by the name of the recorded case or by its variables.</summary>
internal static class RecordedDifferences
{
    public static IReadOnlyDictionary<string, RecordedDifference> Files { get; } = new Dictionary<string, RecordedDifference>
    {
        ["customfields-dotted-with-plain"] = Reads("dotted-keys"),
        ["map-key-case"] = Reads("dotted-keys"),
        ["customfields-dotted"] = Reads("dotted-keys"),
        ["customfields-string"] = Reads("one-text"),
        ["customtags-string"] = Reads("blanks"),
        ["env-section-name-shadows"] = Reads("section-variable"),
        ["env-everything-empty"] = Reads("empty-variable"),
        ["yaml-list-top"] = Refused("unusable"),
        ["yaml-scalar-top"] = Refused("unusable"),
        ["bad-yaml-tab"] = Refused("unusable"),
        ["bad-yaml-unclosed"] = Refused("unusable"),
        ["duplicate-key"] = Refused("unusable"),
        ["unknown-keys"] = Refused("unknown-key"),
        ["customfields-nested"] = Refused("unusable"),
        ["customfields-types"] = Refused("unusable"),
        ["customfields-list"] = Refused("unusable"),
        ["listenport-zero"] = Refused("unusable"),
        ["listenport-negative"] = Refused("unusable"),
        ["listenport-too-big"] = Refused("unusable"),
        ["listenport-65536"] = Refused("unusable"),
        ["listenport-text"] = Refused("unusable"),
        ["listenport-float"] = Refused("unusable"),
        ["listenaddress-bad"] = Refused("unusable"),
        ["notlsport-zero"] = Refused("unusable"),
        ["bool-yes"] = Refused("unusable"),
        ["string-as-number"] = Refused("unusable"),
        ["string-as-map"] = Refused("unusable"),
        ["section-as-string"] = Refused("unusable"),
        ["int-negative-in-unsigned"] = Refused("unusable"),
        ["int-overflow-uint16"] = Refused("unusable"),
        ["minimumpriority-bad"] = Refused("unknown-priority"),
        ["minimumpriority-contains"] = Refused("unknown-priority"),
        ["minimumpriority-number"] = Refused("unknown-priority"),
        ["webhook-address-no-scheme"] = Refused("unusable"),
        ["webhook-address-ftp"] = Refused("unusable"),
        ["webhook-address-bad-url"] = Refused("unusable"),
        ["webhook-address-prefix"] = Refused("unusable"),
        ["prometheus-bad-label"] = Refused("bad-label"),
        ["prometheus-duplicate-label"] = Refused("bad-label"),
        ["prometheus-duplicate-label-dots"] = Refused("bad-label"),
        ["customfields-same-as-label"] = Refused("bad-label"),
        ["tls-missing-files"] = Refused("unusable"),
        ["yaml-anchors"] = Refused("unknown-key"),
        ["yaml-two-documents"] = Refused("unusable"),
        ["yaml-invalid-utf8"] = Refused("unusable"),
        ["yaml-env-placeholder-not-expanded"] = Refused("unusable"),
        ["templatedfields-bad"] = Refused("bad-template"),
        ["file-toml"] = Refused("toml"),
        ["file-without-extension"] = Reads("file-names"),
        ["file-odd-extension"] = Reads("file-names"),
        ["yaml-but-json-beside"] = Reads("json-beside"),
    };

    // Before Variables, which is made of it.
    private static readonly Dictionary<string, RecordedDifference> Headers = new()
    {
        [" a : b , c:d "] = Reads("blanks"),
        ["url:http://x:80/y"] = Reads("first-colon"),
        ["a"] = Refused("no-entry"),
        [":b"] = Refused("no-entry"),
    };

    public static IReadOnlyDictionary<string, RecordedDifference> Variables { get; } = new Dictionary<string, RecordedDifference>
    {
        ["CUSTOMFIELDS= a : b , c:d "] = Reads("blanks"),
        ["CUSTOMFIELDS=url:http://x:80/y"] = Reads("first-colon"),
        ["CUSTOMFIELDS=a"] = Refused("no-entry"),
        ["CUSTOMFIELDS=:b"] = Refused("no-entry"),
        ["CUSTOMFIELDS=a:b:c,d:e"] = Reads("first-colon"),
        ["TEMPLATEDFIELDS=t:{{ or (index . \"a\") \"b:c\" }}"] = Reads("in-template"),
        ["TEMPLATEDFIELDS=t:{{ printf \"%s,%s\" .a .b }}"] = Reads("in-template"),
        ["TEMPLATEDFIELDS=bad:{{ .a"] = Refused("bad-template"),
        ["TEMPLATEDFIELDS=t: {{ .a }} "] = Reads("blanks"),
        ["TEMPLATEDFIELDS=t"] = Refused("no-entry"),
        ["TEMPLATEDFIELDS=t:{{ nofunc .a }},u:ok"] = Refused("bad-template"),
        ["CUSTOMTAGS=a, b ,c d"] = Reads("blanks-inside"),
        ["CUSTOMTAGS="] = Reads("empty-variable"),
        ["CUSTOMTAGS=a,,b"] = Reads("empty-items"),
        ["CUSTOMTAGS=,"] = Reads("empty-items"),
        ["TLSSERVER_NOTLSPATHS=/ping, /metrics"] = Reads("blanks"),
        ["TLSSERVER_NOTLSPATHS="] = Reads("empty-variable"),
        ["TLSSERVER_NOTLSPATHS=/ping,,/test"] = Reads("empty-items"),
        ["WEBHOOK_CUSTOMHEADERS=X-Time:12:30"] = Reads("first-colon"),
        ["LOKI_CUSTOMHEADERS={\"a\":\"b\"}"] = Reads("json-variable"),
        ["ELASTICSEARCH_CUSTOMHEADERS=a:b"] = Reads("ignored-variables"),
        ["ELASTICSEARCH_CUSTOMHEADERS=a:b,c:d"] = Reads("ignored-variables"),
        ["ELASTICSEARCH_CUSTOMHEADERS= a : b , c:d "] = Reads("ignored-variables"),
        ["ELASTICSEARCH_CUSTOMHEADERS=url:http://x:80/y"] = Reads("ignored-variables"),
        ["LOKI_EXTRALABELS=a,,b"] = Reads("empty-items"),
        ["LOKI_EXTRALABELS=a b"] = Reads("blanks-inside"),
        ["ALERTMANAGER_HOSTPORT=http://a:9093, http://b:9093"] = Reads("blanks"),
        ["ALERTMANAGER_HOSTPORT= http://a "] = Reads("blanks"),
        ["ALERTMANAGER_HOSTPORT=,http://a"] = Reads("empty-items"),
        ["ALERTMANAGER_HOSTPORT=http://a,"] = Reads("empty-items"),
        ["ALERTMANAGER_EXTRALABELS=:b"] = Refused("no-entry"),
        ["ALERTMANAGER_EXTRALABELS=Key.Dot:Value"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_EXTRALABELS=ok:1,bad-name:2,_u:3"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_EXTRALABELS=1a:b"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_EXTRAANNOTATIONS=:b"] = Refused("no-entry"),
        ["ALERTMANAGER_EXTRAANNOTATIONS=Key.Dot:Value"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_EXTRAANNOTATIONS=ok:1,bad-name:2"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_CUSTOMSEVERITYMAP=nope:x"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_CUSTOMSEVERITYMAP=critical"] = Reads("alertmanager-entries"),
        ["ALERTMANAGER_CUSTOMSEVERITYMAP= critical:high"] = Reads("blanks"),
        ["PROMETHEUS_EXTRALABELS=a,,b"] = Reads("empty-items"),
        ["PROMETHEUS_EXTRALABELS=bad-name,ok"] = Refused("bad-label"),
        ["PROMETHEUS_EXTRALABELS=9x"] = Refused("bad-label"),
    }.Concat(from output in (string[])["ALERTMANAGER", "LOKI", "SPLUNK", "WEBHOOK"] from entry in Headers select KeyValuePair.Create($"{output}_CUSTOMHEADERS={entry.Key}", entry.Value)).ToDictionary();
}
