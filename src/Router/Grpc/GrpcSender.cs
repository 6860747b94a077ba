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

    /// <summary>Hands the alerts of a message to the log, so that one sync covers them. Each is to be settled.</summary>
    /// <exception cref="RpcException">The sender is not let in any more.</exception>
    public void Take(Wire.SendRequest request, List<PendingAlert> taken)
    {
        Check();
        var alerts = request.Alerts;
        var bytes = body.TakeRead();
        var refused = alerts.Count == 0 ? null : Refused(alerts.Count, bytes);
        for (var i = 0; i < alerts.Count; i++)
        {
            var ticket = refused is { } result ? new ValueTask<IntakeResult>(result) : TakeAsync(alerts[i]);

            // The last one of a message stands for the memory that all of it holds.
            taken.Add(new PendingAlert(alerts[i].Id, ticket, refused is null && i == alerts.Count - 1 ? bytes : 0));
        }
    }

    /// <summary>What became of an alert, after the log has it or refused it; counts it if it was not stored.</summary>
    public async ValueTask<IntakeResult> SettleAsync(PendingAlert pending)
    {
        IntakeResult result;
        try
        {
            result = await pending.Taken;
        }
        finally
        {
            body.Return(pending.Bytes);
        }

        if (result.Status != IntakeStatus.Stored && result.Reason is not (RateLimit or NoMemory))
        {
            intake.Refusals.Count(context, result);
        }

        return result;
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

    private ValueTask<IntakeResult> TakeAsync(Wire.SentAlert sent)
    {
        // As over HTTP: the log waits for a place in its queue only briefly, and what it has it stores whatever becomes of the call.
        var error = "neither json nor fields is set";
        switch (sent.AlertCase)
        {
            case Wire.SentAlert.AlertOneofCase.Json:
                return intake.Intake.TakeAsync(sent.Json.Memory, client, CancellationToken.None);
            case Wire.SentAlert.AlertOneofCase.Fields when AlertForm.TryRead(sent.Fields, intake.Intake.MaxDepth, out var alert, out error):
                return intake.Intake.TakeAsync(alert!, client, CancellationToken.None);
            default:
                intake.Metrics.CountRejected();
                return new(IntakeResult.Invalid(error));
        }
    }
}

/// <summary>An alert that the log may not have stored yet.</summary>
/// <param name="Id">Its sender's number.</param>
/// <param name="Taken">What becomes of it; to be awaited once.</param>
/// <param name="Bytes">Memory that is free when it is settled.</param>
internal readonly record struct PendingAlert(ulong Id, ValueTask<IntakeResult> Taken, int Bytes);
