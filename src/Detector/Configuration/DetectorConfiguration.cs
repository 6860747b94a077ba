using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>A configuration as it was understood, and everything there is to say about it.</summary>
/// <param name="Options">The options; defaults where something was wrong.</param>
/// <param name="Faults">All findings; with an error among them the detector does not start.</param>
/// <param name="File">The file.</param>
internal sealed record DetectorConfiguration(DetectorOptions Options, ConfigFaults Faults, string File)
{
    /// <summary>Where relative paths start from.</summary>
    public string Folder => IsAbsent ? Environment.CurrentDirectory : Path.GetDirectoryName(File) ?? "/";

    /// <summary>Whether there is no such file, and the defaults hold.</summary>
    public bool IsAbsent { get; private init; }

    /// <summary>The file and those that it includes, in the order in which they were read.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>Files and folders that the file names as further ones (<c>config_files</c>), whether they are there or not.</summary>
    public IReadOnlyList<string> Includes { get; private init; } = [];

    /// <summary>The keys as they were bound.</summary>
    public IReadOnlyList<EffectiveValue> Effective { get; private init; } = [];

    /// <summary>Rule files that were fetched (<c>rules_follow</c>), in the order of their sources.</summary>
    public IReadOnlyList<FollowedFiles> Followed { get; init; } = [];

    /// <summary>Reads a file with Falco's keys, and settings given on the command line (<c>key.sub=value</c>), which win.</summary>
    /// <param name="file">The file.</param>
    /// <param name="settings">Settings of the command line.</param>
    /// <param name="environment">The variables that <c>${NAME}</c> stands for.</param>
    /// <param name="mayBeAbsent">Whether the defaults hold where there is no such file; else that is a mistake.</param>
    public static DetectorConfiguration Load(string file, IReadOnlyList<string> settings, EnvironmentVariables environment, bool mayBeAbsent = false)
    {
        var faults = new ConfigFaults();
        var files = new List<string> { Path.GetFullPath(file) };
        var includes = new List<string>();
        var isAbsent = mayBeAbsent && !System.IO.File.Exists(file);
        var map = isAbsent ? new ConfigMap([], ConfigSource.WholeFile(file)) : Read(file);
        // What is included comes before what the command line sets, though the command line may name what is included.
        map = SettingArguments.Apply(map, [.. settings.Where(IsInclude)], faults);
        map = ConfigIncludes.Merge(map, file, Read, faults, files, includes);
        map = SettingArguments.Apply(map, [.. settings.Where(static setting => !IsInclude(setting))], faults);
        map = OlderKeys.Apply(map, faults);
        var schema = OptionSchema.For(typeof(DetectorOptions));
        var known = FalcoKeys.Separate(schema, map, file, faults);
        // Falco looks up no variable by a key's name, and neither do we: only ${NAME} inside a value counts.
        var binder = new OptionsBinder(EnvironmentVariables.None, faults);
        var options = (DetectorOptions)binder.Bind(schema, known, "", ConfigSource.WholeFile(file));
        return new(options, faults, Path.GetFullPath(file)) { Files = files, Includes = includes, IsAbsent = isAbsent, Effective = binder.Effective };

        ConfigMap Read(string path) => VariableReferences.Expand(ConfigFile.Read(path, faults, YamlReading.AsFalco), environment, faults);
    }

    /// <summary>A sentence that begins with a key and a colon, with the place before it where that key, or what it is a part of, was written.</summary>
    public string Placed(string sentence)
    {
        var colon = sentence.IndexOf(':', StringComparison.Ordinal);
        var key = colon < 0 ? "" : sentence[..colon];
        for (var path = key; path.Length > 0; path = path[..Math.Max(path.LastIndexOfAny(['.', '[']), 0)])
        {
            if (Effective.FirstOrDefault(value => value.Path == path && value.Source is not null) is { } written)
            {
                return $"{(path == key ? written.Source : written.SourceOf(key[(path.Length + 1)..]))}: {sentence}";
            }
        }

        return sentence;
    }

    /// <summary>A path as the configuration means it.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, Folder);

    /// <summary>
    /// Rule files and folders: those of the command line, or else what was fetched, and then those of the configuration that are there.
    /// What Falco's own configuration names need not be there.
    /// </summary>
    public IReadOnlyList<string> RulePaths(IReadOnlyList<string> given) =>
        given.Count > 0 ? given : [.. Followed.SelectMany(static followed => followed.Files), .. Configured.Where(Exists)];

    /// <summary>This with other rules of one source.</summary>
    /// <param name="name">What the source is called.</param>
    /// <param name="files">Its files.</param>
    public DetectorConfiguration WithFollowed(string name, IReadOnlyList<string> files) =>
        this with { Followed = [.. Followed.Select(followed => followed.Name == name ? new FollowedFiles(name, files) : followed)] };

    /// <summary>Rule files and folders that the configuration names in vain; none when the command line names others.</summary>
    public IReadOnlyList<string> AbsentRulePaths(IReadOnlyList<string> given) => given.Count > 0 ? [] : [.. Configured.Where(static path => !Exists(path))];

    private IEnumerable<string> Configured => Options.RulesFiles.Select(Resolve);

    private static bool Exists(string path) => System.IO.File.Exists(path) || Directory.Exists(path);

    private static bool IsInclude(string setting) => setting.StartsWith(ConfigIncludes.Key, StringComparison.Ordinal);
}
