namespace Saker.Router.Cli;

/// <summary>Variables as docker's <c>--env-file</c> has them: <c>NAME=VALUE</c> as written, a line each; <c>#</c> begins a comment.</summary>
internal static class EnvironmentFile
{
    public static Dictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Select(static line => line.TrimStart()))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && line[0] != '#')
            {
                variables[line[..equals].TrimEnd()] = line[(equals + 1)..];
            }
        }

        return variables;
    }
}
