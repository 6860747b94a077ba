using System.CommandLine;
using System.Runtime.InteropServices;
using Saker.CommandLine;
using Saker.Router.Cli;

// Before the first socket: what waits for a socket goes on in the thread that polls it, instead of waking another one (decision 0044).
// .NET reads this from the environment only; a value that is set already stays.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
const int Interrupt = 2;
Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");

// A second Ctrl-C does not wait for the stop: what is not delivered is in the log.
var interrupts = 0;
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ =>
{
    if (Interlocked.Increment(ref interrupts) > 1)
    {
        ProcessEnd.Now(Interrupt);
    }
});

// SIGTERM and SIGINT cancel the command's token; the stop has its own bounds, and then the process may end.
return await Invocation.RunAsync(RouterCommandLine.Create(), args, new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
