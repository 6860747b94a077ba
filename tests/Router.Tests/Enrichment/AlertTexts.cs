using System.Text;
using Saker.Alerts;
using Saker.Router.Enrichment;
using Saker.Router.Options;

namespace Saker.Router.Tests.Enrichment;

/// <summary>Texts of alerts in one form, whichever way they were enriched.</summary>
internal static class AlertTexts
{
    /// <summary>The alert of a text without its identity, in the order in which we write alerts.</summary>
    public static string Normal(string text)
    {
        Assert.True(AlertReader.TryRead(Encoding.UTF8.GetBytes(text), out var alert, out _, out var error), error);
        return Normal(alert!);
    }

    public static string Normal(Alert alert) => Encoding.UTF8.GetString(AlertWriter.ToBytes(alert with { Uuid = Guid.Empty }));

    /// <summary>The enriched alert of a text, taken apart and, where that is possible, spliced: both must be the same.</summary>
    public static string Enriched(RouterOptions options, byte[] text)
    {
        var enricher = new AlertEnricher(options, static (_, _) => { });
        Assert.True(AlertReader.TryRead(text, out var alert, out _, out var error), error);
        var takenApart = Normal(enricher.Enrich(alert!));
        if (TrySplice(enricher, text, out var spliced, out _))
        {
            Assert.Equal(takenApart, Normal(spliced));
        }

        return takenApart;
    }

    /// <summary>The text with the additions spliced in; false when it has to be taken apart.</summary>
    public static bool TrySplice(AlertEnricher enricher, byte[] text, out string spliced, out Alert? known, bool keepsUuid = false)
    {
        (spliced, known) = ("", null);
        if (!enricher.Plan.TryScan(text, keepsUuid, AlertReader.MaxDepth, out var outline))
        {
            return false;
        }

        spliced = Encoding.UTF8.GetString(enricher.Plan.Splice(text, outline, out known));
        return true;
    }
}
