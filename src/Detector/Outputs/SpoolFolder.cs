using Microsoft.Win32.SafeHandles;

namespace Saker.Detector.Outputs;

/// <summary>Folders and files that nobody but the detector's user may read: alerts hold command lines.</summary>
internal static class SpoolFolder
{
    /// <summary>Makes a folder where there is none.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>What lies in the folder is the detector's own: a link there would have it write over a file elsewhere.</summary>
    /// <exception cref="IOException">It is a symbolic link.</exception>
    public static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw new IOException($"{path} is a symbolic link (to {target}), which is not followed; remove it, or name its target as outputs_spool.folder.");
        }
    }

    /// <summary>Opens a file to read and write, and makes it where there is none.</summary>
    /// <exception cref="IOException">It cannot be opened, or is a link, pipe or device.</exception>
    public static SafeFileHandle Open(string path)
    {
        RefuseLink(path);
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            RandomAccess.GetLength(handle);
            return handle;
        }
        catch (NotSupportedException exception)
        {
            handle.Dispose();
            throw new IOException($"{path} is no file.", exception);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Takes a folder for the caller alone, until it disposes of what is given or dies.</summary>
    /// <exception cref="IOException">Somebody has it.</exception>
    public static IDisposable Own(string folder)
    {
        var path = Path.Combine(folder, "lock");
        RefuseLink(path);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }
}
