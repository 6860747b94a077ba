using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Saker.Router.Access;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Grpc;

/// <summary>What the calls of all senders go by.</summary>
/// <param name="Intake">The way in.</param>
/// <param name="Admission">Lets senders in.</param>
/// <param name="Refusals">Counts what is not taken.</param>
/// <param name="Metrics">Counts everything.</param>
internal sealed record GrpcIntake(AlertIntake Intake, Admission Admission, Refusals Refusals, RouterMetrics Metrics);

/// <summary>Who makes a call, and the way in for alerts of theirs.</summary>
internal sealed class GrpcSender
{
    private const string RateLimit = "rate limit";
    private const string NoMemory = "no memory";

    private readonly GrpcIntake intake;
    private readonly HttpContext context;
    private readonly BudgetedBody body;
    private object? version;
    private Client? client;
    private int messageBytes;
    private IntakeResult? messageRefused;

    private GrpcSender(GrpcIntake intake, HttpContext context)
    {
        (this.intake, this.context) = (intake, context);
        body = context.Features.GetRequiredFeature<BudgetedBody>();
        Check();
    }

    /// <summary>Cancelled when the router stops.</summary>
    public CancellationToken Closing => intake.Intake.Closing;

    /// <summary>Lets a sender in.</summary>
    /// <exception cref="RpcException">It is not let in.</exception>
    public static GrpcSender Admit(GrpcIntake intake, ServerCallContext call) => new(intake, call.GetHttpContext());

    /// <summary>Begins to take alerts together, those of one message or of several.</summary>
    public SentAlerts Begin() => new(intake.Intake.Begin());

    /// <summary>
    /// Adds the alerts of a message from <paramref name="next"/> on, as many as have room, and says where to go on; at the end of the message that is
    /// their number. Then a new <see cref="SentAlerts"/> is needed.
    /// </summary>
    /// <exception cref="RpcException">The sender is not let in any more.</exception>
    public int Add(Wire.SendRequest request, int next, SentAlerts into)
    {
        var alerts = request.Alerts;
        if (next == 0)
        {
            Check();
            messageBytes = body.TakeRead();
            messageRefused = alerts.Count == 0 ? null : Refused(alerts.Count, messageBytes);
        }

        for (; next < alerts.Count && !into.IsFull; next++)
        {
            into.Ids.Add(alerts[next].Id);
            Add(alerts[next], into.Batch);
        }

        if (next == alerts.Count && next > 0 && messageRefused is null)
        {
            into.Bytes += messageBytes; // the last ones of a message stand for the memory that all of it holds
        }

        return next;
    }

    /// <summary>Waits until the log has the alerts or refused them, counts what was not stored, and gives memory back.</summary>
    public async ValueTask SettleAsync(SentAlerts alerts)
    {
        try
        {
            await alerts.Stored;
        }
        finally
        {
            body.Return(alerts.Bytes);
        }

        foreach (var result in alerts.Batch.Results)
        {
            if (result.Status != IntakeStatus.Stored && result.Reason is not (RateLimit or NoMemory))
            {
                intake.Refusals.Count(context, result);
            }
        }
    }

    // Whoever was let in once is asked again when the clients have changed: a stream may last for weeks.
    private void Check()
    {
        var current = intake.Admission.Version;
        if (ReferenceEquals(version, current))
        {
            return;
        }

        var identity = intake.Admission.Identify(context);
        if (intake.Admission.Check(context, identity, ProtectedArea.Alerts, ClientRole.Sender) is { } denial)
        {
            intake.Metrics.CountRejected();
            throw GrpcAnswer.Of(denial);
        }

        (version, client) = (current, identity.Client);
    }

    private IntakeResult? Refused(int alerts, int bytes)
    {
        if (intake.Admission.CheckRate(context, client, alerts) is { } denial)
        {
            intake.Metrics.CountRefused(RateLimit);
            return new IntakeResult(IntakeStatus.Refused, RateLimit, denial.RetryAfter);
        }

        if (body.TryTake(bytes))
        {
            return null;
        }

        intake.Metrics.CountRefused(NoMemory);
        intake.Refusals.Count(context, NoMemory, "there are more bytes of bodies at once than http.maxbufferedbytes allows");
        return new IntakeResult(IntakeStatus.Refused, NoMemory, TimeSpan.FromSeconds(1));
    }

    private void Add(Wire.SentAlert sent, IntakeBatch into)
    {
        var error = "neither json nor fields is set";
        if (messageRefused is { } refused)
        {
            into.Add(refused);
        }
        else if (sent.AlertCase == Wire.SentAlert.AlertOneofCase.Json)
        {
            into.Add(sent.Json.Span, client);
        }
        else if (sent.AlertCase == Wire.SentAlert.AlertOneofCase.Fields && AlertForm.TryRead(sent.Fields, intake.Intake.MaxDepth, out var alert, out error))
        {
            into.Add(alert!, client);
        }
        else
        {
            intake.Metrics.CountRejected();
            into.Add(IntakeResult.Invalid(error));
        }
    }
}
