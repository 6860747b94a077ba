using System.CommandLine;
using Saker.CommandLine;
using System.Security.Cryptography;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router token new NAME</c>: makes a token for a client, and says what to write into the configuration.</summary>
internal static class TokenCommand
{
    private const int TokenBytes = 32;

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The client's name: a-z, 0-9 and '-'." };
        var roles = new Option<ClientRole[]>("--role") { Description = "What it may do: sender (the default), router, metrics, viewer, operator, admin. May be given several times.", HelpName = "ROLE" };
        roles.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. Enum.GetNames<ClientRole>().Select(static role => role.ToLowerInvariant())]);
        var file = new Option<string?>("--file") { Description = "Writes the token to this file, which only its owner can read, and has the configuration name the file.", HelpName = "FILE" };
        var made = new Command("new", "Makes a token and shows what to write into the configuration. Example: saker-router token new edge --role router --file /etc/saker/edge.token") { name, roles, file, JsonOutput.Option }.EndsWith((0, "made"), (1, "the name or a role cannot be used, or the file cannot be written"));
        made.SetAction((result, _) => NewAsync(
            result.GetValue(name)!, result.GetValue(roles) ?? [], result.GetValue(file), result.GetValue(JsonOutput.Option), result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return new Command("token", "Makes tokens for clients.") { made };
    }

    private static async Task<int> NewAsync(string name, ClientRole[] roles, string? file, bool json, TextWriter output, TextWriter errors)
    {
        if (SectionNames.Problem(name) is { } problem)
        {
            await errors.WriteLineAsync($"'{name}' is no name for a client. {problem}");
            return 1;
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var path = file is null ? null : Path.GetFullPath(file);
        if (path is not null && await WriteAsync(path, token, errors) is false)
        {
            return 1;
        }

        var shown = path is null ? token : $"${{file:{path}}}";
        string[] words = [.. (roles.Length == 0 ? [ClientRole.Sender] : roles.Distinct()).Select(static role => role.ToString().ToLowerInvariant())];
        if (json)
        {
            await JsonOutput.WriteAsync(output, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString(path is null ? "token" : "file", path ?? token);
                writer.WriteStartArray("roles");
                foreach (var word in words)
                {
                    writer.WriteStringValue(word);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            });
            return 0;
        }

        await output.WriteLineAsync($"""
            # In the router's configuration:
            http:
              clients:
                {name}:
                  token: {shown}
                  roles: [{string.Join(", ", words)}]

            # The client sends it with each request:
            # Authorization: Bearer {(path is null ? token : $"$(cat {path})")}
            """);
        return 0;
    }

    private static async Task<bool> WriteAsync(string path, string token, TextWriter errors)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var writer = new StreamWriter(path, options);
            await writer.WriteLineAsync(token);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            await errors.WriteLineAsync($"The file '{path}' exists; it is left as it is. Choose another name, or remove it first.");
        }
        catch (Exception exception) when (FileProblem.Is(exception))
        {
            await errors.WriteLineAsync($"The file '{path}' cannot be written: {FileProblem.Reason(exception, path)}");
        }

        return false;
    }
}
