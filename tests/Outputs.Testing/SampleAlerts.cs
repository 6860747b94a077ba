using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;

namespace Saker.Outputs.Testing;

/// <summary>The alerts that every output's payload is shown for.</summary>
public static class SampleAlerts
{
    private static readonly Guid Uuid = Guid.Parse("0b0e7c1d-93a4-4c57-9d0c-1f0c5b6d7e8f");

    /// <summary>Stands in the morning after <see cref="Full"/>: what depends on the day and the moment is then the same on every day.</summary>
    public static TimeProvider Clock { get; } = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_795_509_000));

    /// <summary>An alert like those that Falco sends from a container.</summary>
    public static Alert Full { get; } = new()
    {
        Uuid = Uuid,
        Output = "19:18:08.831575297: Warning A shell was spawned in a container (cmdline=bash -i)",
        Priority = Priority.Warning,
        Rule = "Terminal shell in container",
        Time = new AlertTime(1_795_461_488, 831_575_297),
        OutputFields = Fields(
            ("container.id", FieldValue.Text("7b1c2f3a4d5e")),
            ("k8s.ns.name", FieldValue.Text("production")),
            ("proc.cmdline", FieldValue.Text("bash -i"))),
        Source = "syscall",
        Tags = ["container", "shell"],
        Hostname = "node-1",
    };

    /// <summary>The alerts whose payloads are committed, for people to read; what all others become, the recorded cases say.</summary>
    public static IReadOnlyList<(string Name, Alert Alert)> Shown => [.. All.Where(static one => one.Name is "full" or "minimal" or "numbers-and-null")];

    /// <summary>Every alert with its name.</summary>
    public static IReadOnlyList<(string Name, Alert Alert)> All { get; } =
    [
        ("full", Full),
        ("minimal", new Alert { Uuid = Uuid, Priority = Priority.Debug, Rule = "r", Time = new AlertTime(0) }),
        ("no-fields", Full with { OutputFields = AlertFields.Empty }),
        ("numbers-and-null", Full with
        {
            OutputFields = Fields(
                ("evt.time", FieldValue.Number("1795461488831575297")),
                ("float", FieldValue.Number("1.50")),
                ("list", FieldValue.Json("[1,\"a\",null]")),
                ("nothing", FieldValue.Null),
                ("proc.is_exe_writable", FieldValue.Truth(true)),
                ("user.uid", FieldValue.Number("0"))),
        }),
        ("k8s-audit", Full with
        {
            Source = "k8s_audit",
            Rule = "Create Privileged Pod",
            OutputFields = Fields(("jevt.value[/stageTimestamp]", FieldValue.Text("2026-11-23T19:18:08Z")), ("ka.verb", FieldValue.Text("create"))),
        }),
        ("unicode", Full with { Output = "สวัสดี 🚨 naïve \u2028 end \uFFFD", Rule = "ตรวจพบ", Hostname = "nœud-1" }),
        ("quotes-and-newlines", Full with { Output = "\"quoted\" <b>&amp;</b> 'single' back\\slash\nline\ttab\u0001" }),
        ("unknown-keys", Full with { Unknown = [new("message", FieldValue.Text("raw")), new("extra", FieldValue.Json("{\"a\":1}"))] }),
        ("field-64k", Full with { OutputFields = Fields(("proc.cmdline", FieldValue.Text(string.Concat(Enumerable.Repeat("ก👍b", 8_192))))) }),
        ("fields-200", Full with
        {
            OutputFields = AlertFields.From(Enumerable.Range(0, 200).Select(static i => KeyValuePair.Create($"field.{i:000}", FieldValue.Number($"{i}")))),
        }),
        .. Priorities.All.Select(static priority => ($"priority-{priority.Word().ToLowerInvariant()}", Full with { Priority = priority })),
    ];

    /// <summary>Alerts of somebody who wants to say more to a server than an alert.</summary>
    public static IReadOnlyList<(string Name, Alert Alert)> Hostile { get; } =
    [
        Evil("statement", "'); DROP TABLE victim; --"),
        Evil("quotes", "\"'`\\\\' OR '1'='1"),
        Evil("header", "x\r\nInjected: header\r\n\r\nbody"),
        Evil("bare-line-ends", "x\nInjected: header\n\nx\rInjected: header\r\r"),
        Evil("end-of-mail", "x\r\n.\r\nMAIL FROM:<evil@example.com>\r\n"),
        Evil("nul", "a\0b\u001b[31m\u0085"),
        Evil("lone-surrogates", "a\ud800b\udc00c"),
        Evil("100k", new string('x', 100_000)),
        Evil("one-line-of-100k", string.Concat(Enumerable.Repeat("ก👍'\"", 20_000))),
    ];

    // In every part of the alert that whoever raises it can choose.
    private static (string Name, Alert Alert) Evil(string name, string text) => (name, Full with
    {
        Output = text, Rule = text, Hostname = text, Source = text, Tags = [text], OutputFields = Fields((text, FieldValue.Text(text)), ("proc.cmdline", FieldValue.Text(text))),
    });

    private static AlertFields Fields(params (string Name, FieldValue Value)[] fields) =>
        AlertFields.From(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
}
