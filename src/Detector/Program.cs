using System.CommandLine;
using Saker.Detector.Cli;

// SIGTERM and SIGINT cancel the command's token; the stop has its own bounds, and then the process may end.
return await DetectorCommandLine.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
