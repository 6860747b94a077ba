using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Detector.Answers;
using Saker.Settings;

namespace Saker.Detector.Following;

/// <summary>What is kept of a source.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Tag">What the source called it; empty for nothing.</param>
/// <param name="Fetched">When it was fetched.</param>
/// <param name="Files">The paths of its files.</param>
internal sealed record KeptRules(string Digest, string Tag, DateTimeOffset Fetched, IReadOnlyList<string> Files);

/// <summary>What was fetched and lies on disk, and is not in use yet.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Files">The paths of its files.</param>
/// <param name="Fetched">What was fetched.</param>
internal sealed record StagedRules(string Digest, IReadOnlyList<string> Files, FetchedRules Fetched);

/// <summary>
/// The folder in which a source's last good rules lie: each version in a folder that is named by its digest, and a file that says which
/// is good, exchanged at once. What does not fit its hash, or was fetched from elsewhere or under another key, counts as absent.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="source">The source, as the configuration names it.</param>
/// <param name="trust">The fingerprint of the key that must have signed; a word when none need have.</param>
internal sealed class RulesCache(string folder, string source, string trust)
{
    private const string StateFile = "state.json";
    private const int MostStateBytes = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The last good rules; null when there are none that can be used.</summary>
    public KeptRules? Read()
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, StateFile));
            if (!file.Exists || file.Length > MostStateBytes)
            {
                return null;
            }

            var state = SourceJson.Parse(File.ReadAllBytes(file.FullName));
            var digest = state.TextOrNull("digest") ?? "";
            if (state.TextOrNull("source") != source || state.TextOrNull("trust") != trust || !RegistryClient.IsDigest(digest)
                || !DateTimeOffset.TryParse(state.TextOrNull("fetched"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var fetched))
            {
                return null;
            }

            var files = new List<string>();
            foreach (var item in state.At("files").Items())
            {
                if (item.TextOrNull("name") is not { } name || !RulesArchive.IsFileName(name) || !IsWhole(Path.Combine(Version(digest), name), item.TextOrNull("sha256")))
                {
                    return null;
                }

                files.Add(Path.Combine(Version(digest), name));
            }

            return files.Count > 0 ? new KeptRules(digest, state.TextOrNull("etag") ?? "", fetched, files) : null;
        }
        catch (Exception exception) when (exception is JsonException || FileProblem.Is(exception))
        {
            return null; // it is fetched again
        }
    }

    /// <summary>Writes what was fetched, beside what is good.</summary>
    /// <exception cref="RulesSourceException">The folder cannot be written.</exception>
    public StagedRules Stage(FetchedRules fetched)
    {
        try
        {
            Create(folder);
            var target = Version(fetched.Digest);
            var files = fetched.Files.Select(file => Path.Combine(target, file.Name)).ToList();
            if (files.Zip(fetched.Files).All(static pair => IsWhole(pair.First, Hash(pair.Second.Content.Span))))
            {
                return new StagedRules(fetched.Digest, files, fetched); // the good one, or one that was refused lately
            }

            var fresh = Path.Combine(folder, $"new-{Guid.NewGuid():n}");
            Create(fresh);
            foreach (var file in fetched.Files)
            {
                Write(Path.Combine(fresh, file.Name), file.Content.Span);
            }

            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(fresh, target);
            return new StagedRules(fetched.Digest, files, fetched);
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            throw CannotWrite(exception);
        }
    }

    /// <summary>From now on these are the good ones; others are removed.</summary>
    /// <param name="staged">What was written before.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="RulesSourceException">The folder cannot be written; what was good stays so.</exception>
    public void Commit(StagedRules staged, DateTimeOffset now)
    {
        var state = new JsonObject
        {
            ["source"] = source,
            ["trust"] = trust,
            ["digest"] = staged.Digest,
            ["etag"] = staged.Fetched.Tag,
            ["fetched"] = now.ToString("o", CultureInfo.InvariantCulture),
            ["files"] = new JsonArray([.. staged.Fetched.Files.Select(static file => new JsonObject { ["name"] = file.Name, ["sha256"] = Hash(file.Content.Span) })]),
        };
        try
        {
            var fresh = Path.Combine(folder, $"new-{Guid.NewGuid():n}");
            Write(fresh, JsonSerializer.SerializeToUtf8Bytes(state));
            File.Move(fresh, Path.Combine(folder, StateFile), overwrite: true);
            RemoveOthers(Version(staged.Digest));
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            throw CannotWrite(exception);
        }
    }

    private void RemoveOthers(string good)
    {
        foreach (var other in Directory.EnumerateDirectories(folder).Where(other => other != good))
        {
            Directory.Delete(other, recursive: true);
        }

        foreach (var other in Directory.EnumerateFiles(folder, "new-*"))
        {
            File.Delete(other);
        }
    }

    private string Version(string digest) => Path.Combine(folder, digest.Replace(':', '-'));

    private RulesSourceException CannotWrite(Exception exception) =>
        RulesSourceException.Unreachable($"The folder '{folder}' cannot be written ({exception.Message}); name one that can in 'rules_follow.folder'.", exception);

    private static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static bool IsWhole(string path, string? hash)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == hash;
    }

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    // On disk before the name is there, so that a machine that loses its power has either the old or the new.
    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }
}
