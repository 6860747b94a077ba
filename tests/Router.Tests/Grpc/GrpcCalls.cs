using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Saker.Alerts.V1;
using Saker.Router.Tests.Ingest;

namespace Saker.Router.Tests.Grpc;

/// <summary>What tests of gRPC send.</summary>
internal static class GrpcCalls
{
    public static GrpcChannel Channel(IngestFixture fixture, int? maxBytes = null) =>
        GrpcChannel.ForAddress($"http://127.0.0.1:{fixture.Port}", new GrpcChannelOptions { MaxSendMessageSize = maxBytes });

    public static string Json(string output = "o", string source = "syscall") =>
        $$"""{"output":"{{output}}","priority":"Notice","rule":"r","source":"{{source}}","time":"2026-11-23T19:18:08Z","output_fields":{"a":"1"} }""";

    public static SentAlert JsonAlert(ulong id, string? json = null) => new() { Id = id, Json = ByteString.CopyFrom(Encoding.UTF8.GetBytes(json ?? Json($"alert {id}"))) };

    public static Alert Fields() => new()
    {
        Rule = "r",
        Priority = Priority.Notice,
        Output = "o",
        Time = new Timestamp { Seconds = 1_795_461_488, Nanos = 831_575_297 },
        Source = "syscall",
        OutputFields = { ["a"] = new FieldValue { Text = "1" } },
    };

    public static SendRequest Request(params IEnumerable<SentAlert> alerts) => new() { Alerts = { alerts } };
}
