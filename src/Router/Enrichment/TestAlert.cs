using Saker.Alerts;

namespace Saker.Router.Enrichment;

/// <summary>The alert that <c>POST /test</c> sends: the same as Falcosidekick's, which people recognise and filter by.</summary>
internal static class TestAlert
{
    /// <summary>The rule that passes every minimum priority.</summary>
    public const string Rule = "Test rule";

    public static Alert Create(DateTimeOffset now) => new()
    {
        Output = "This is a test from falcosidekick",
        Priority = Priority.Debug,
        Rule = Rule,
        Time = AlertTime.From(now),
        OutputFields = AlertFields.From(
        [
            new("proc.name", FieldValue.Text("falcosidekick")),
            new("user.name", FieldValue.Text("falcosidekick")),
        ]),
        Source = "internal",
        Tags = ["example", "test"],
        Hostname = "falcosidekick",
    };
}
