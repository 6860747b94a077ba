using Saker.Detector.Cli;

return await DetectorCommandLine.RunAsync(args);
