namespace Saker.Outputs.Aws.Settings;

/// <summary>
/// The profiles of AWS's own programs: <c>~/.aws/config</c> and <c>~/.aws/credentials</c>, or where AWS_CONFIG_FILE and
/// AWS_SHARED_CREDENTIALS_FILE say (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html). Read at each use, for they may change.
/// </summary>
internal sealed class ProfileFiles(Func<string, string?> variable)
{
    /// <summary>Where credentials stand.</summary>
    public string CredentialsFile => Place("AWS_SHARED_CREDENTIALS_FILE", "credentials");

    private string ConfigFile => Place("AWS_CONFIG_FILE", "config");

    /// <summary>The keys of a profile, those of the file of credentials first; null when neither file has it.</summary>
    public IReadOnlyDictionary<string, string>? Find(string name)
    {
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isThere = Read(ConfigFile, name == "default" ? ["default", "profile default"] : [$"profile {name}"], keys);
        return Read(CredentialsFile, [name], keys) || isThere ? keys : null;
    }

    private string Place(string named, string file) =>
        variable(named) is { Length: > 0 } place ? place : Path.Combine(variable("HOME") is { Length: > 0 } home ? home : "/", ".aws", file);

    private static bool Read(string file, string[] sections, Dictionary<string, string> keys)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        var isIn = false;
        var isThere = false;
        foreach (var line in lines)
        {
            var text = line.Trim();
            if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            {
                isIn = sections.Contains(string.Join(' ', text[1..end].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)));
                isThere |= isIn;
            }
            else if (isIn && text.Length > 0 && text[0] is not ('#' or ';') && !char.IsWhiteSpace(line[0]) && text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                keys[text[..equals].TrimEnd()] = text[(equals + 1)..].Split(" #", 2)[0].Trim();
            }
        }

        return isThere;
    }
}
