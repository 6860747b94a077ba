using System.CommandLine;
using Saker.CommandLine;
using Saker.Detector.Cli;

// SIGTERM and SIGINT cancel the command's token; the stop has its own bounds, and then the process may end.
return await Invocation.RunAsync(DetectorCommandLine.Create(), args, new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
