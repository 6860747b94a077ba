using System.Diagnostics;

namespace Saker.Mutants;

/// <summary>Makes the mutants of a room, one after the other, and asks the room's tests about each.</summary>
/// <param name="root">The repository.</param>
/// <param name="room">The room.</param>
/// <param name="output">Told what survives, at once.</param>
internal sealed class MutationRun(string root, Room room, TextWriter output)
{
    private int survived;
    private int noticed;
    private int late;
    private int impossible;

    /// <summary>Runs. Returns the share of mutants that survived.</summary>
    /// <param name="sample">How many mutants are tried, chosen by chance; 0 for all.</param>
    /// <param name="seed">Which chance.</param>
    /// <param name="files">Only files whose path contains this; null for all.</param>
    /// <param name="workers">How many are tried at a time.</param>
    /// <param name="onlyQuick">Whether the slow tests are left out.</param>
    public async Task<double> RunAsync(int sample, int seed, string? files, int workers, bool onlyQuick)
    {
        var built = Path.Combine(root, "artifacts", "bin", room.Tests, "release");
        var compiler = RoomCompiler.Load(root, room.Project);
        var mutants = Mutants(compiler, files);
        if (sample > 0)
        {
            new Random(seed).Shuffle(mutants);
            mutants = [.. mutants.Take(sample)];
        }

        var folders = Enumerable.Range(0, workers).Select(number => new TestFolder(built, Path.Combine(root, "artifacts", "mutants", room.Name, $"{number}"), room, onlyQuick)).ToList();
        var since = Stopwatch.GetTimestamp();
        if (await folders[0].RunAsync(TimeSpan.FromMinutes(10)) != Verdict.Survived)
        {
            throw new InvalidOperationException($"The tests of {room.Name} fail without a mutant: mend them first.");
        }

        // Other workers slow it down, and a mutant may be slow without hanging.
        var patience = (Stopwatch.GetElapsedTime(since) * 3) + TimeSpan.FromSeconds(10);
        await output.WriteLineAsync($"{room.Name}: {mutants.Length} mutants, each for at most {patience.TotalSeconds:0} s.");
        var next = -1;
        await Task.WhenAll(folders.Select(folder => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var index && index < mutants.Length)
            {
                await TryAsync(compiler, mutants[index], folder, patience);
            }
        })));
        var tried = noticed + late + survived;
        var share = tried == 0 ? 0 : survived / (double)tried;
        await output.WriteLineAsync(
            $"{room.Name}: {tried} mutants, {noticed} noticed, {late} noticed because the tests hung, {survived} survived: {share:P1}. {impossible} more were no programs.");
        return share;
    }

    /// <summary>Prints the mutants, and tries none.</summary>
    /// <param name="files">Only files whose path contains this; null for all.</param>
    public void List(string? files)
    {
        foreach (var mutant in Mutants(RoomCompiler.Load(root, room.Project), files))
        {
            output.WriteLine(mutant.Describe(root));
        }
    }

    private Mutant[] Mutants(RoomCompiler compiler, string? files)
    {
        var known = Equivalents.Read(root);
        var mutants = compiler.Files(Path.Combine(root, room.Folder)).SelectMany(MutantFinder.Find).Where(mutant => !known.Have(mutant, root)).ToArray();
        known.CheckUsed(room.Folder);
        return [.. mutants.Where(mutant => files is null || mutant.Tree.FilePath.Contains(files, StringComparison.Ordinal))];
    }

    private async Task TryAsync(RoomCompiler compiler, Mutant mutant, TestFolder folder, TimeSpan patience)
    {
        if (compiler.Compile(mutant) is not { } program)
        {
            Interlocked.Increment(ref impossible);
            return;
        }

        folder.Put(compiler.FileName, program);
        var verdict = await folder.RunAsync(patience);
        if (verdict == Verdict.Survived)
        {
            Interlocked.Increment(ref survived);
            await output.WriteLineAsync(mutant.Describe(root));
        }
        else
        {
            Interlocked.Increment(ref verdict == Verdict.Noticed ? ref noticed : ref late);
        }
    }
}
