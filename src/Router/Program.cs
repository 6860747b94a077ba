using System.CommandLine;
using Saker.CommandLine;
using Saker.Router.Cli;

// Before the first socket: what waits for a socket goes on in the thread that polls it, instead of waking another one (decision 0044).
// .NET reads this from the environment only; a value that is set already stays.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");

// What is not delivered when a second signal ends the process is in the log.
using var stop = new CancellationTokenSource();
var asked = 0;
using var signals = new StopSignals(() =>
{
    if (Interlocked.Exchange(ref asked, 1) != 0)
    {
        return false;
    }

    stop.Cancel();
    return true;
});

// The stop has its own bounds.
return await Invocation.RunAsync(RouterCommandLine.Create(), args, new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);
