using Saker.Detector.Configuration;
using Saker.Settings;

namespace Saker.Detector.Following;

/// <summary>Puts what is kept of followed sources into a configuration.</summary>
internal static class FollowedRules
{
    /// <summary>The configuration with the last good rules of its sources; what is wrong with keys and certificates is among its faults.</summary>
    public static DetectorConfiguration PutIn(DetectorConfiguration configuration)
    {
        if (configuration.Options.RulesFollow.Sources.Count == 0 || configuration.Faults.HasErrors)
        {
            return configuration;
        }

        var sources = FollowedSource.Of(configuration, (key, sentence) => configuration.Faults.Error(ConfigSource.WholeFile(configuration.File), key, sentence));
        try
        {
            return configuration with { Followed = [.. sources.Select(static source => new FollowedFiles(source.Name, source.Cache.Read()?.Files ?? []))] };
        }
        finally
        {
            foreach (var source in sources)
            {
                source.Dispose();
            }
        }
    }
}
