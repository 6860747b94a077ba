using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Detector.Answers;
using Saker.Detector.Configuration;
using Saker.Http;
using Saker.Settings;

namespace Saker.Detector.Following;

/// <summary>Who a source is told that we are.</summary>
/// <param name="User">The user.</param>
/// <param name="Password">The password or token.</param>
internal sealed record SourceCredentials(string User, Secret Password)
{
    /// <summary>As the header has it.</summary>
    public string Basic() => BasicCredentials.Of($"{User}:{Password.Reveal()}");
}

/// <summary>Finds the credentials for a source.</summary>
internal static class RegistryCredentials
{
    private const int MostBytes = 1 << 20;
    private const string DockerHub = "docker.io";

    /// <summary>The credentials; null when none are wanted. Read anew each time, for tokens change.</summary>
    /// <param name="options">What the configuration says.</param>
    /// <param name="registry">The registry; empty for a URL.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <exception cref="RulesSourceException">The file cannot be used.</exception>
    public static SourceCredentials? Find(FollowedRulesOptions options, string registry, Func<string, string> resolve)
    {
        if (options.Username.Length > 0)
        {
            return new SourceCredentials(options.Username, options.Password);
        }

        return options.DockerConfig.Length == 0 ? null : OfFile(resolve(options.DockerConfig), registry);
    }

    private static SourceCredentials? OfFile(string file, string registry)
    {
        byte[] bytes;
        try
        {
            using var stream = File.OpenRead(file);
            bytes = new byte[MostBytes];
            bytes = bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            throw RulesSourceException.Unreachable($"docker_config: The file '{file}' cannot be read: {FileProblem.Reason(exception, file)}", exception);
        }

        try
        {
            return OfDocument(SourceJson.Parse(bytes), registry);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // Without the inner text, which may show what stands there.
            throw RulesSourceException.Unreachable($"docker_config: The file '{file}' is no config.json of Docker; write one with 'docker login'.");
        }
    }

    private static SourceCredentials? OfDocument(JsonElement document, string registry)
    {
        if (document.ObjectOrNull("auths") is not { } auths)
        {
            return null;
        }

        foreach (var entry in auths.EnumerateObject().Where(entry => HostOf(entry.Name) == HostOf(registry) && entry.Value.ValueKind == JsonValueKind.Object))
        {
            if (entry.Value.TextOrNull("auth") is { Length: > 0 } auth)
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth));
                var colon = pair.IndexOf(':', StringComparison.Ordinal);
                return colon > 0 ? new SourceCredentials(pair[..colon], new Secret(pair[(colon + 1)..].TrimEnd('\0'))) : throw new FormatException("No user.");
            }

            if (entry.Value.TextOrNull("username") is { Length: > 0 } user)
            {
                return new SourceCredentials(user, new Secret(entry.Value.TextOrNull("password") ?? ""));
            }
        }

        if (document.TryGetProperty("credsStore", out _) || document.TryGetProperty("credHelpers", out _))
        {
            throw RulesSourceException.Unreachable("docker_config: The file leaves credentials to a helper program, and none is run here; write 'username' and 'password'.");
        }

        return null;
    }

    private static string HostOf(string entry)
    {
        var name = entry;
        foreach (var scheme in (string[])["https://", "http://"])
        {
            name = name.StartsWith(scheme, StringComparison.Ordinal) ? name[scheme.Length..] : name;
        }

        var host = name.Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
    }
}
