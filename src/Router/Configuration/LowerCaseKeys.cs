using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>
/// Under <c>strictcompatibility</c> the keys of a file's maps are lower-cased, as Falcosidekick has them: what consumers know as
/// <c>akey</c> stays <c>akey</c>. Names of headers stay as written, because Falcosidekick sends <c>X-One</c> whatever their case; variables
/// keep their case there, and do here. The section <c>outputs</c> is ours and stays as written.
/// </summary>
internal static class LowerCaseKeys
{
    private const string Headers = "customheaders";

    public static ConfigMap Apply(ConfigMap root, string except) => new(
        [.. root.Entries.Select(entry => entry.Key.Equals(except, StringComparison.OrdinalIgnoreCase) ? entry : Lower(entry))], root.Source);

    private static ConfigEntry Lower(ConfigEntry entry) => new(
        entry.Key.ToLowerInvariant(),
        entry.KeySource,
        entry.Value is ConfigMap map && !entry.Key.Equals(Headers, StringComparison.OrdinalIgnoreCase) ? new ConfigMap([.. map.Entries.Select(Lower)], map.Source) : entry.Value);
}
