using Saker.Router.Benchmarks.LogCandidates;

if (args is ["log-candidates", ..])
    return await Comparison.RunAsync(args[1..]);

Console.Error.WriteLine("Usage: Router.Benchmarks log-candidates [DIRECTORY [NAME...]]");
return 2;
