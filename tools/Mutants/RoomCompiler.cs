using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Saker.Mutants;

/// <summary>Compiles a project as the build does, with one file changed at a time, in memory.</summary>
internal sealed class RoomCompiler
{
    private readonly Compilation original;
    private readonly IEnumerable<ResourceDescription> resources;

    private RoomCompiler(Compilation original, IEnumerable<ResourceDescription> resources)
    {
        this.original = original;
        this.resources = resources;
    }

    /// <summary>The name of the file that is compiled: <c>Rules.dll</c>.</summary>
    public string FileName => original.AssemblyName + ".dll";

    /// <summary>The project as it stands.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="project">The project, from the root.</param>
    /// <exception cref="InvalidOperationException">The build does not say how it compiles, or what stands there does not compile.</exception>
    public static RoomCompiler Load(string root, string project)
    {
        var folder = Path.GetDirectoryName(Path.Combine(root, project))!;
        var parsed = CSharpCommandLineParser.Default.Parse(Arguments(root, project), folder, sdkDirectory: null);
        var options = parsed.ParseOptions;
        var trees = parsed.SourceFiles.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file.Path), options, file.Path, System.Text.Encoding.UTF8));
        var compilation = CSharpCompilation.Create(
            parsed.CompilationName,
            trees,
            parsed.MetadataReferences.Select(static reference => MetadataReference.CreateFromFile(reference.Reference)),
            parsed.CompilationOptions.WithGeneralDiagnosticOption(ReportDiagnostic.Suppress).WithConcurrentBuild(false));
        var loader = new AnalyzerLoader();
        var generators = parsed.AnalyzerReferences
            .Where(static reference => !reference.FilePath.Contains("Razor", StringComparison.Ordinal)) // no pages here
            .SelectMany(reference => new Microsoft.CodeAnalysis.Diagnostics.AnalyzerFileReference(reference.FilePath, loader).GetGenerators(LanguageNames.CSharp));
        CSharpGeneratorDriver.Create(generators, parseOptions: options).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        var compiler = new RoomCompiler(complete, parsed.ManifestResources);
        var errors = complete.GetDiagnostics().Where(static finding => finding.Severity == DiagnosticSeverity.Error).ToList();
        return errors.Count == 0 ? compiler : throw new InvalidOperationException($"{project} does not compile here: {errors[0]}");
    }

    /// <summary>The files below a folder.</summary>
    public IEnumerable<SyntaxTree> Files(string folder) =>
        original.SyntaxTrees.Where(tree => tree.FilePath.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)).OrderBy(static tree => tree.FilePath, StringComparer.Ordinal);

    /// <summary>The program with a change; null when that is no program.</summary>
    public byte[]? Compile(Mutant mutant)
    {
        using var stream = new MemoryStream();
        return original.ReplaceSyntaxTree(mutant.Tree, mutant.Apply()).Emit(stream, manifestResources: resources).Success ? stream.ToArray() : null;
    }

    private static List<string> Arguments(string root, string project)
    {
        string[] arguments =
        [
            "msbuild", project, "-t:Compile", "-p:Configuration=Release", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-p:NonExistentFile=__none__",
            "-p:BuildProjectReferences=false", "-getItem:CscCommandLineArgs",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true })!;
        var answer = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"{project} cannot be built: {answer}");
        }

        using var json = JsonDocument.Parse(answer);
        return [.. json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(static item => item.GetProperty("Identity").GetString()!)];
    }

    private sealed class AnalyzerLoader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // They stand beside each other, where the runtime looks.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
