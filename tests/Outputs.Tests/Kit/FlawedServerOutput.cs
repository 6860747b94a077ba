using System.ComponentModel.DataAnnotations;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Transports;
using Saker.Settings;

namespace Saker.Outputs.Tests.Kit;

/// <summary>What is wrong with an output over a socket that the kit must catch.</summary>
internal enum ServerFlaw
{
    None,
    SwallowsRefusals,
    LeaksItsPassword,
    IgnoresItsPassword,
    RetriesInside,
    LosesOneOfABatch,
    BreaksLines,
    MixesAttempts,
    KeepsItsConnection,
    WaitsForEver,
    HoldsItsThread,
    TakesASignInForFinal,
    GivesUpOnAServerThatIsGone,
    SaysWhatDotNetSays,
}

/// <summary>Options of the flawed output.</summary>
internal sealed record FlawedServerOptions : NetworkOutputOptions
{
    /// <summary>The server's port on this machine.</summary>
    [Required, Range(1, 65_535)]
    public int Port { get; init; }

    /// <summary>The password.</summary>
    [RequestHead]
    public Secret Password { get; init; } = Secret.None;

    /// <summary>What is wrong.</summary>
    public ServerFlaw Flaw { get; init; }
}

/// <summary>An output to a <see cref="LineServer"/> as anybody might write it, with one thing wrong.</summary>
internal sealed class FlawedServerOutput(FlawedServerOptions options, OutputContext context) : IOutput, IOutputFactory<FlawedServerOptions>
{
    private readonly ConnectionPool<LineSession> sessions = OutputTransports.Connections(token => LineSession.OpenAsync(options, context, token), context.Clock);
    private TaskCompletionSource<string>? waiting;
    private int attempts;

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "flawedserver",
        Title = "Flawed server",
        Summary = "Has one thing wrong.",
        Transport = OutputTransport.Socket,
        DecidingKey = "port",
    };

    public static BatchLimits Batch(FlawedServerOptions options) => new(10);

    public static IOutput Create(FlawedServerOptions options, OutputContext context) => new FlawedServerOutput(options, context);

    public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sent = options.Flaw == ServerFlaw.LosesOneOfABatch && alerts.Count > 1 ? alerts.Skip(1).ToArray() : alerts;
        var outcome = OneByOne.DeliverAsync(sent, async (one, token) =>
        {
            var result = await SendAsync(one[0], options.Flaw == ServerFlaw.WaitsForEver ? CancellationToken.None : token);
            return options.Flaw == ServerFlaw.RetriesInside && result.Status == DeliveryStatus.Retry ? await SendAsync(one[0], token) : result;
        }, cancellationToken);
#pragma warning disable VSTHRD002, CA1849, VSTHRD103 // the flaw
        return options.Flaw == ServerFlaw.HoldsItsThread ? new(outcome.AsTask().GetAwaiter().GetResult()) : outcome;
#pragma warning restore VSTHRD002, CA1849, VSTHRD103
    }

    public ValueTask DisposeAsync() => options.Flaw == ServerFlaw.KeepsItsConnection ? ValueTask.CompletedTask : sessions.DisposeAsync();

    private async ValueTask<DeliveryResult> SendAsync(Alert alert, CancellationToken cancellationToken)
    {
        var line = Encoding.UTF8.GetString(AlertView.For(alert, strict: false).ToJson().Span);
        if (options.Flaw == ServerFlaw.BreaksLines)
        {
            line = $"{alert.Rule} {alert.Output} {alert.Priority.Word()}";
        }
        else if (options.Flaw == ServerFlaw.MixesAttempts)
        {
            line = await MixAsync(line, cancellationToken);
        }

        try
        {
            return Judge(await sessions.UseAsync((session, token) => session.AskAsync(line, token), cancellationToken));
        }
        catch (DeniedException denied)
        {
            return Judge(denied.Message);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            return options.Flaw == ServerFlaw.GivesUpOnAServerThatIsGone ? DeliveryResult.Rejected("It is gone.")
                : DeliveryResult.Retry(options.Flaw == ServerFlaw.SaysWhatDotNetSays ? exception.ToString() : ConnectionWords.Of(exception, "127.0.0.1", options.Port));
        }
    }

    // Of two attempts at once, both send the line of the second. The first of all is alone.
    private async ValueTask<string> MixAsync(string line, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref attempts) == 1)
        {
            return line;
        }

        var mine = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref waiting, mine, null) is null)
        {
            return await mine.Task.WaitAsync(cancellationToken);
        }

        Interlocked.Exchange(ref waiting, null)?.SetResult(line);
        return line;
    }

    private DeliveryResult Judge(string answer)
    {
        var words = options.Flaw == ServerFlaw.LeaksItsPassword ? $"{answer} to {Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Password.Reveal()))}" : options.Password.MaskIn(answer);
        return answer.Split(' ')[0] switch
        {
            "taken" => DeliveryResult.Delivered,
            "later" => DeliveryResult.Retry(words),
            "denied" when options.Flaw != ServerFlaw.TakesASignInForFinal => DeliveryResult.Blocked($"{words}. Look at {context.Path}.password."),
            _ when options.Flaw == ServerFlaw.SwallowsRefusals => DeliveryResult.Delivered,
            _ => DeliveryResult.Rejected(words),
        };
    }
}

/// <summary>A connection that asks in lines and gets its answers in lines.</summary>
internal sealed class LineSession(Stream stream) : IAsyncDisposable
{
    private readonly StreamReader answers = new(stream, Encoding.UTF8);

    public static async ValueTask<LineSession> OpenAsync(FlawedServerOptions options, OutputContext context, CancellationToken cancellationToken)
    {
        var session = new LineSession(await context.Transports.ConnectAsync("127.0.0.1", options.Port, cancellationToken));
        var answer = await session.AskAsync(options.Flaw == ServerFlaw.IgnoresItsPassword ? LineServer.Guest : options.Password.Reveal(), cancellationToken);
        if (answer != "taken")
        {
            await session.DisposeAsync();
            throw new DeniedException(answer);
        }

        return session;
    }

    public async ValueTask<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
        return await answers.ReadLineAsync(cancellationToken) ?? throw new IOException("The server ended the connection.");
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}

/// <summary>The server lets nobody in.</summary>
/// <param name="words">Its answer.</param>
internal sealed class DeniedException(string words) : Exception(words);
