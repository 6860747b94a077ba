namespace Saker.Settings;

/// <summary>Why a file that somebody named cannot be used, in our words.</summary>
public static class FileProblem
{
    /// <summary>True for what reading a file may throw, whatever its name is.</summary>
    public static bool Is(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException;

    /// <summary>The reason as the end of a sentence: <c>there is no such file.</c></summary>
    public static string Reason(Exception exception, string path) => exception switch
    {
        _ when path.Length == 0 => "it has no name.",
        _ when Directory.Exists(path) => "it is a folder; name the file in it.",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file.",
        UnauthorizedAccessException => "this user has no right to read it.",
        PathTooLongException => "its name is too long.",
        ArgumentException or NotSupportedException => "this is no name of a file.",
        _ => exception.Message,
    };
}
