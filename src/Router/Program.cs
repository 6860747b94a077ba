using System.CommandLine;
using Saker.Router.Cli;

// SIGTERM and SIGINT cancel the command's token; the stop has its own bounds, and then the process may end.
return await RouterCommandLine.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
