using System.Globalization;

namespace Saker.Detector.MatchCaptures;

/// <summary>The files of captures around matches: their names, which are Falco's, and how many there may be.</summary>
/// <param name="prefix">How their paths begin.</param>
/// <param name="maxFiles">How many are kept; 0 for all.</param>
/// <param name="maxBytes">Bytes that they may take; 0 for any.</param>
internal sealed class CaptureFolder(string prefix, int maxFiles, long maxBytes)
{
    /// <summary>What a file's name ends in while it is written.</summary>
    public const string Unfinished = ".part";

    private const string Ending = ".scap";
    private const int Digits = 20;

    /// <summary>The path of a capture.</summary>
    /// <param name="time">The time of the event that matched, nanoseconds since 1970.</param>
    /// <param name="number">The event's number.</param>
    public string PathOf(ulong time, long number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{time:D20}_{number:D20}{Ending}");

    /// <summary>Opens the file that a capture is written into. It is made anew and its owner's alone, for it holds command lines, environments and data.</summary>
    public static FileStream Create(string path)
    {
        var part = path + Unfinished;
        // In a folder that others can write to as well, what lies there may be a link of theirs: it is not followed.
        File.Delete(part);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(part, options);
    }

    /// <summary>Makes the folder where there is none.</summary>
    public void CreateFolder()
    {
        if (Directory.Exists(Folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Removes the oldest files until the rest is within the bounds.</summary>
    /// <param name="removed">Told of each.</param>
    public void MakeRoom(Action removed)
    {
        // What a killed detector left behind counts too. The names have the time first, and no file is younger than its name says.
        var files = new DirectoryInfo(Folder).EnumerateFiles(Name + "_*").Where(file => IsOurs(file.Name))
            .OrderByDescending(static file => file.Name, StringComparer.Ordinal).ToList();
        long bytes = 0;
        for (var i = 0; i < files.Count; i++)
        {
            bytes += files[i].Length;
            // The newest stays, however large it is: it has just been written.
            if (i > 0 && ((maxFiles > 0 && i >= maxFiles) || (maxBytes > 0 && bytes > maxBytes)))
            {
                files[i].Delete();
                removed();
            }
        }
    }

    private string Folder => Path.GetDirectoryName(prefix) ?? "/";

    private string Name => Path.GetFileName(prefix);

    private bool IsOurs(string name)
    {
        var end = name.EndsWith(Unfinished, StringComparison.Ordinal) ? Ending + Unfinished : Ending;
        var start = Name.Length + 1;
        return name.Length == start + Digits + 1 + Digits + end.Length && name.EndsWith(end, StringComparison.Ordinal)
            && name[start + Digits] == '_' && IsNumber(name.AsSpan(start, Digits)) && IsNumber(name.AsSpan(start + Digits + 1, Digits));
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
