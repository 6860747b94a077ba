using Saker.Alerts;

namespace Saker.Router.Ingest;

/// <summary>The alert that <c>POST /test</c> sends: the same as Falcosidekick's, which people recognise and filter by.</summary>
internal static class TestAlert
{
    public static Alert Create(DateTimeOffset now) => new()
    {
        Output = "This is a test from falcosidekick",
        Priority = Priority.Debug,
        Rule = "Test rule",
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
