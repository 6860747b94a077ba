using Saker.DocGen;

// Run from anywhere: dotnet run --project tools/DocGen [-- --check]
const string refresh = "dotnet run --project tools/DocGen";
var root = ProjectRoot.Find();
var files = await GeneratedFiles.AllAsync();
var check = args is ["--check"];
var stale = new List<string>();
foreach (var (path, content) in files)
{
    var full = Path.Combine(root, path);
    if (File.Exists(full) && File.ReadAllText(full) == content)
    {
        continue;
    }

    stale.Add(path);
    if (!check)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}

// A page of an output that is gone would stay for ever.
foreach (var folder in GeneratedFiles.Folders.Select(folder => Path.Combine(root, folder)).Where(Directory.Exists))
{
    foreach (var left in Directory.EnumerateFiles(folder).Select(file => Path.GetRelativePath(root, file)).Where(file => !files.ContainsKey(file)))
    {
        stale.Add(left);
        if (!check)
        {
            File.Delete(Path.Combine(root, left));
        }
    }
}

foreach (var path in stale)
{
    Console.WriteLine(check ? $"not current: {path}" : $"written: {path}");
}

if (check && stale.Count > 0)
{
    Console.WriteLine($"Refresh with: {refresh}");
    return 1;
}

return 0;
