using static Saker.Router.Tests.Configuration.RecordedDifference;

namespace Saker.Router.Tests.Configuration;

/// <summary>Where our reading of a configuration differs from the recorded one.</summary>
/// <param name="IsRefused">True: the router does not start and says why. False: it reads something else.</param>
/// <param name="Reason">Why.</param>
internal sealed record RecordedDifference(bool IsRefused, string Reason)
{
    public static RecordedDifference Refused(string reason) => new(true, reason);

    public static RecordedDifference Reads(string reason) => new(false, reason);
}

/// <summary>The differences, by the name of the recorded case or by its variables.</summary>
internal static class RecordedDifferences
{
    private const string AsWritten = "A text is taken as written: true stays true, and a blank inside a tag stays there.";
    private const string Blanks = "Blanks around the entries of a text are trimmed: they are how people write lists.";
    private const string Dotted = "A dotted key is a name like any other, where Falcosidekick drops it with an error.";
    private const string EmptyItem = "An empty item between two commas is none.";
    private const string EmptyVariable = "A variable that is set to nothing sets nothing.";
    private const string FirstColon = "The first colon divides; Falcosidekick drops an entry with two, without a word.";
    private const string InTemplate = "Commas and colons inside {{ }} belong to the template; Falcosidekick drops the entry.";
    private const string NoEntry = "An entry without key or colon is dropped there; here it is an error, because it does nothing.";
    private const string NoLabel = "There it panics or loses every alert.";
    private const string NoTemplate = "A template that is none is an error at start.";
    private const string OneText = "A map may be written in one text in the file as well.";
    private const string SectionVariable = "A variable named like a section is left alone; there it empties the section.";
    private const string UnknownKey = "A key that nobody reads is a typing error.";
    private const string Unusable = "There it is a line in the log and a default, a 0 or an output less; here it does not start.";

    public static IReadOnlyDictionary<string, RecordedDifference> Files { get; } = new Dictionary<string, RecordedDifference>
    {
        ["customfields-dotted-with-plain"] = Reads(Dotted),
        ["map-key-case"] = Reads(Dotted),
        ["customfields-dotted"] = Reads(Dotted),
        ["customfields-string"] = Reads(OneText),
        ["customtags-string"] = Reads(Blanks),
        ["env-section-name-shadows"] = Reads(SectionVariable),
        ["env-everything-empty"] = Reads(EmptyVariable),
        ["yaml-list-top"] = Refused(Unusable),
        ["yaml-scalar-top"] = Refused(Unusable),
        ["bad-yaml-tab"] = Refused(Unusable),
        ["bad-yaml-unclosed"] = Refused(Unusable),
        ["duplicate-key"] = Refused(Unusable),
        ["unknown-keys"] = Refused(UnknownKey),
        ["customfields-nested"] = Refused(Unusable),
        ["customfields-types"] = Refused(Unusable),
        ["customfields-list"] = Refused(Unusable),
        ["listenport-zero"] = Refused(Unusable),
        ["listenport-negative"] = Refused(Unusable),
        ["listenport-too-big"] = Refused(Unusable),
        ["listenport-65536"] = Refused(Unusable),
        ["listenport-text"] = Refused(Unusable),
        ["listenport-float"] = Refused(Unusable),
        ["listenaddress-bad"] = Refused(Unusable),
        ["notlsport-zero"] = Refused(Unusable),
        ["bool-yes"] = Refused(Unusable),
        ["string-as-number"] = Refused(Unusable),
        ["string-as-map"] = Refused(Unusable),
        ["section-as-string"] = Refused(Unusable),
        ["int-negative-in-unsigned"] = Refused(Unusable),
        ["int-overflow-uint16"] = Refused(Unusable),
        ["minimumpriority-bad"] = Refused(Unusable),
        ["minimumpriority-contains"] = Refused(Unusable),
        ["minimumpriority-number"] = Refused(Unusable),
        ["webhook-address-no-scheme"] = Refused(Unusable),
        ["webhook-address-ftp"] = Refused(Unusable),
        ["webhook-address-bad-url"] = Refused(Unusable),
        ["webhook-address-prefix"] = Refused(Unusable),
        ["prometheus-bad-label"] = Refused(NoLabel),
        ["prometheus-duplicate-label"] = Refused(NoLabel),
        ["prometheus-duplicate-label-dots"] = Refused(NoLabel),
        ["customfields-same-as-label"] = Refused(NoLabel),
        ["tls-missing-files"] = Refused(Unusable),
        ["yaml-anchors"] = Refused(UnknownKey),
        ["yaml-two-documents"] = Refused(Unusable),
        ["yaml-invalid-utf8"] = Refused(Unusable),
        ["yaml-env-placeholder-not-expanded"] = Refused(Unusable),
        ["templatedfields-bad"] = Refused(NoTemplate),
    };

    public static IReadOnlyDictionary<string, RecordedDifference> Variables { get; } = new Dictionary<string, RecordedDifference>
    {
        ["CUSTOMFIELDS= a : b , c:d "] = Reads(Blanks),
        ["CUSTOMFIELDS=url:http://x:80/y"] = Reads(FirstColon),
        ["CUSTOMFIELDS=a"] = Refused(NoEntry),
        ["CUSTOMFIELDS=:b"] = Refused(NoEntry),
        ["CUSTOMFIELDS=a:b:c,d:e"] = Reads(FirstColon),
        ["TEMPLATEDFIELDS=t:{{ or (index . \"a\") \"b:c\" }}"] = Reads(InTemplate),
        ["TEMPLATEDFIELDS=t:{{ printf \"%s,%s\" .a .b }}"] = Reads(InTemplate),
        ["TEMPLATEDFIELDS=bad:{{ .a"] = Refused(NoTemplate),
        ["TEMPLATEDFIELDS=t: {{ .a }} "] = Reads(Blanks),
        ["TEMPLATEDFIELDS=t"] = Refused(NoEntry),
        ["TEMPLATEDFIELDS=t:{{ nofunc .a }},u:ok"] = Refused(NoTemplate),
        ["CUSTOMTAGS=a, b ,c d"] = Reads(AsWritten),
        ["CUSTOMTAGS="] = Reads(EmptyVariable),
        ["CUSTOMTAGS=a,,b"] = Reads(EmptyItem),
        ["CUSTOMTAGS=,"] = Reads(EmptyItem),
        ["TLSSERVER_NOTLSPATHS=/ping, /metrics"] = Reads(Blanks),
        ["TLSSERVER_NOTLSPATHS="] = Reads(EmptyVariable),
        ["TLSSERVER_NOTLSPATHS=/ping,,/test"] = Reads(EmptyItem),
        ["WEBHOOK_CUSTOMHEADERS= a : b , c:d "] = Reads(Blanks),
        ["WEBHOOK_CUSTOMHEADERS=url:http://x:80/y"] = Reads(FirstColon),
        ["WEBHOOK_CUSTOMHEADERS=a"] = Refused(NoEntry),
        ["WEBHOOK_CUSTOMHEADERS=:b"] = Refused(NoEntry),
        ["WEBHOOK_CUSTOMHEADERS=X-Time:12:30"] = Reads(FirstColon),
        ["PROMETHEUS_EXTRALABELS=a,,b"] = Reads(EmptyItem),
        ["PROMETHEUS_EXTRALABELS=bad-name,ok"] = Refused(NoLabel),
        ["PROMETHEUS_EXTRALABELS=9x"] = Refused(NoLabel),
    };
}
