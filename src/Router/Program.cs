using System.CommandLine;
using Saker.CommandLine;
using Saker.Router.Cli;

// Before the first socket: what waits for a socket goes on in the thread that polls it, instead of waking another one (decision 0044).
// .NET reads this from the environment only; a value that is set already stays.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");

// SIGTERM and SIGINT cancel the command's token; the stop has its own bounds, and then the process may end.
return await Invocation.RunAsync(RouterCommandLine.Create(), args, new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
