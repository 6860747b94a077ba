namespace Saker.Alerts;

/// <summary>
/// The routers that an alert has come through, in the order of its way. It is kept in an output field, which Falcosidekick passes on as well: so
/// a circle of routers is noticed even where one of them knows nothing of it.
/// </summary>
public static class AlertWay
{
    /// <summary>The field: names of routers with commas between them.</summary>
    public const string Field = "saker.via";

    /// <summary>Routers on one way; more are a circle whose routers have forgotten themselves.</summary>
    public const int MaxRouters = 16;

    /// <summary>The alert with one more router on its way.</summary>
    public static Alert Through(Alert alert, string router)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var way = alert.OutputFields.TextOf(Field) is { Length: > 0 } before ? $"{before},{router}" : router;
        return alert with { OutputFields = alert.OutputFields.With([KeyValuePair.Create(Field, FieldValue.Text(way))]) };
    }

    /// <summary>Says why an alert goes round in a circle when it arrives at a router; null when it does not.</summary>
    public static string? Circle(Alert alert, string router)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.OutputFields.TextOf(Field) is not { } way)
        {
            return null;
        }

        var routers = way.Split(',');
        return routers.Contains(router, StringComparer.Ordinal) ? "the alert has been at this router before: routers send to each other in a circle"
            : routers.Length > MaxRouters ? $"the alert has come through more than {MaxRouters} routers"
            : null;
    }
}
