using System.Text;
using System.Text.RegularExpressions;
using Saker.Testing;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>Compares what is sent with a committed file. <c>UPDATE_GOLDEN=1</c> writes the files; the diff is then the review.</summary>
public static partial class Golden
{
    /// <summary>Compares with <c>tests/Outputs.Tests/FOLDER/Golden/NAME.txt</c>.</summary>
    public static void Check(string folder, string name, string actual)
    {
        var path = Path.Combine(SharedData.ProjectRoot, "tests", "Outputs.Tests", folder, "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the test once with UPDATE_GOLDEN=1 and look at what it wrote.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>A request as text, without signatures, which sign the port as well: its line, its own headers, its body.</summary>
    public static string Render(LoopbackRequest request)
    {
        var text = new StringBuilder($"{request.Method} {request.Path}\n");
        foreach (var (name, value) in request.Headers.OrderBy(static h => h.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (name is not ("Host" or "Content-Length"))
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name}: {Signature().Replace(value, "Signature=…")}\n");
            }
        }

        return text.Append('\n').Append(Encoding.UTF8.GetString(request.Body.Span)).ToString();
    }

    [GeneratedRegex("Signature=[0-9a-f]{64}")]
    private static partial Regex Signature();
}
