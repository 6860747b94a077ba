using Saker.Router.Http;

namespace Saker.Router.Ingest;

/// <summary>Counts alerts that were not stored under the reasons that requests have.</summary>
internal static class IntakeRefusals
{
    /// <summary>Counts an alert of a request.</summary>
    public static void Count(this Refusals refusals, HttpContext context, IntakeResult result) => refusals.Count(context, ReasonOf(result), result.Reason);

    /// <summary>The reason of the closed set that a result other than stored counts under.</summary>
    public static string ReasonOf(IntakeResult result) => result.Status switch
    {
        IntakeStatus.Circle => "circle",
        IntakeStatus.NotAllowed => "not allowed",
        IntakeStatus.TooLarge => "alert too large",
        _ => Refusals.Kind(result.Reason),
    };
}
