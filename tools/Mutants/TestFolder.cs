using System.Diagnostics;

namespace Saker.Mutants;

/// <summary>How the tests took a mutant.</summary>
internal enum Verdict
{
    /// <summary>No test failed.</summary>
    Survived,

    /// <summary>A test failed.</summary>
    Noticed,

    /// <summary>The tests did not come to an end.</summary>
    NoticedByTime,
}

/// <summary>A copy of a test program, in which one file is replaced again and again.</summary>
internal sealed class TestFolder
{
    private readonly string folder;
    private readonly string program;
    private readonly IReadOnlyList<IReadOnlyList<string>> rounds;

    /// <param name="built">The folder of the test program.</param>
    /// <param name="folder">Where the copy is made; below the repository, since tests look for it above them.</param>
    /// <param name="room">What is tested.</param>
    /// <param name="onlyQuick">Whether the slow tests are left out.</param>
    public TestFolder(string built, string folder, Room room, bool onlyQuick)
    {
        this.folder = folder;
        program = Path.Combine(folder, room.Tests);
        rounds = onlyQuick || room.Others.Count == 0 ? [room.Quick] : [room.Quick, room.Others];
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Replaces a file.</summary>
    public void Put(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);

    /// <summary>Runs the tests until one fails.</summary>
    /// <param name="patience">The time after which they count as hanging.</param>
    public async Task<Verdict> RunAsync(TimeSpan patience)
    {
        foreach (var round in rounds)
        {
            if (await RunAsync(round, patience) is var verdict and not Verdict.Survived)
            {
                return verdict;
            }
        }

        return Verdict.Survived;
    }

    private async Task<Verdict> RunAsync(IReadOnlyList<string> tests, TimeSpan patience)
    {
        var start = new ProcessStartInfo(program, ["-noLogo", "-noColor", "-stopOnFail", .. tests]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(patience);
        var read = Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return Verdict.NoticedByTime;
        }

        await read;
        return process.ExitCode == 0 ? Verdict.Survived : Verdict.Noticed;
    }
}
