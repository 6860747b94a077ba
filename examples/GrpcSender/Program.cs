using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Saker.Alerts.V1;

// Sends every line of standard input as an alert, and forgets a line only when the router has it on its disk:
//   dotnet run --project examples/GrpcSender -- http://127.0.0.1:2801 [TOKEN] < alerts.jsonl
// A line that begins with { is sent as it is. Any other line is the message of an alert that is made here, from fields.
if (args is not [var address, ..])
{
    await Console.Error.WriteLineAsync("Usage: GrpcSender ADDRESS [TOKEN] < LINES");
    return 2;
}

using var channel = GrpcChannel.ForAddress(address);
var headers = args.Length > 1 ? new Metadata { { "authorization", $"Bearer {args[1]}" } } : [];
using var call = new Alerts.AlertsClient(channel).Stream(headers);
var stored = 0UL;
var refused = 0;
var hearing = HearAsync();
var id = 0UL;
while (await Console.In.ReadLineAsync() is { } line)
{
    var alert = new SentAlert { Id = ++id };
    if (line.StartsWith('{'))
    {
        alert.Json = ByteString.CopyFrom(Encoding.UTF8.GetBytes(line));
    }
    else
    {
        alert.Fields = Made(line);
    }

    // Waits by itself when the router cannot keep up.
    await call.RequestStream.WriteAsync(new SendRequest { Alerts = { alert } });
}

await call.RequestStream.CompleteAsync();
await hearing;
Console.WriteLine($"{stored} stored, {refused} not.");
return refused == 0 ? 0 : 1;

async Task HearAsync()
{
    await foreach (var response in call.ResponseStream.ReadAllAsync())
    {
        stored += (ulong)response.Stored.Count;
        foreach (var alert in response.NotStored)
        {
            // With RetryAfter it may be sent again after that time; here it is only told.
            refused++;
            await Console.Error.WriteLineAsync($"{alert.Id}: {alert.Status}: {alert.Reason}{(alert.RetryAfter is { } wait ? $" (again in {wait.Seconds} s)" : "")}");
        }
    }
}

static Alert Made(string message) => new()
{
    Rule = "Example",
    Priority = Priority.Notice,
    Output = message,
    Time = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
    Source = "example",
    OutputFields = { ["length"] = new FieldValue { Integer = message.Length } },
};
