using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>Arrows between the folders inside a room point one way: docs/decisions/0001-rooms.md. What was compiled is read, not the sources.</summary>
public sealed partial class FolderArrowTests
{
    public static TheoryData<string> Rooms =>
        [.. Directory.EnumerateFiles(Path.Combine(SharedData.ProjectRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(SharedData.ProjectRoot, file))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Folders_of_a_room_stand_in_no_circle(string project) => Assert.Empty(CircleIn(Arrows(project, static folder => folder)));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Folders_with_all_that_is_in_them_stand_in_no_circle(string project) =>
        Assert.Empty(CircleIn(Arrows(project, static folder => folder.Split('.')[0])));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_namespace_says_the_folder(string project)
    {
        var folder = Path.GetDirectoryName(Path.Combine(SharedData.ProjectRoot, project))!;
        var root = RootNamespace(project);
        var strange = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Declared: Namespace().Match(File.ReadAllText(file)).Groups[1].Value))
            .Where(source => source.Declared.Length > 0)
            .Where(source => source.Declared != $"{root}.{Path.GetRelativePath(folder, Path.GetDirectoryName(source.File)!).Replace('/', '.')}".TrimEnd('.'));
        Assert.Empty(strange);
    }

    [Fact]
    public void A_circle_is_found()
    {
        var arrows = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal) { ["A"] = ["B"], ["B"] = ["(C)"], ["(C)"] = ["B", "(D)"], ["(D)"] = ["(C)"] };
        Assert.Equal("B → (C) → B", CircleIn(arrows));
        arrows["(C)"] = ["(D)"];
        Assert.Empty(CircleIn(arrows)); // two types that know each other are no circle of folders
    }

    [Fact]
    public void Arrows_are_found() =>
        Assert.Contains("Delivery", Arrows("src/Router/Router.csproj", static folder => folder)["Hosting"]);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    private static string RootNamespace(string project) =>
        XDocument.Load(Path.Combine(SharedData.ProjectRoot, project)).Descendants("RootNamespace").SingleOrDefault()?.Value
        ?? "Saker." + Path.GetFileNameWithoutExtension(project);

    /// <summary>
    /// Who knows whom in a room. A type that lies in no folder stands for itself: a room's entrance knows all folders, and what is
    /// common to them is known by all.
    /// </summary>
    private static Dictionary<string, HashSet<string>> Arrows(string project, Func<string, string> group)
    {
        var root = RootNamespace(project);
        using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, AssemblyName(project) + ".dll"));
        var arrows = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var type in assembly.MainModule.Types.Where(type => NodeOf(type) is not null))
        {
            var from = NodeOf(type)!;
            if (!arrows.TryGetValue(from, out var known))
            {
                arrows[from] = known = new HashSet<string>(StringComparer.Ordinal);
            }

            known.UnionWith(Known(type).Select(NodeOf).OfType<string>().Where(to => to != from));
        }

        return arrows;

        string? NodeOf(TypeReference type)
        {
            var outermost = type.GetElementType();
            while (outermost.DeclaringType is { } outer)
            {
                outermost = outer;
            }

            var isHere = outermost.Scope == assembly.MainModule || (outermost.Scope is ModuleDefinition module && module == assembly.MainModule);
            return !isHere || outermost.Namespace is not { } place ? null
                : place == root ? $"({outermost.Name})"
                : place.StartsWith(root + ".", StringComparison.Ordinal) ? group(place[(root.Length + 1)..])
                : null;
        }
    }

    private static string AssemblyName(string project) =>
        XDocument.Load(Path.Combine(SharedData.ProjectRoot, project)).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);

    private static IEnumerable<TypeReference> Known(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct =
        [
            type.BaseType,
            .. type.Interfaces.Select(static i => i.InterfaceType),
            .. type.Fields.Select(static f => f.FieldType),
            .. type.CustomAttributes.Select(static a => a.AttributeType),
            .. type.GenericParameters.SelectMany(static p => p.Constraints).Select(static c => c.ConstraintType),
            .. type.Methods.SelectMany(Known),
        ];
        return direct.OfType<TypeReference>().SelectMany(Parts).Concat(type.NestedTypes.SelectMany(Known));
    }

    private static IEnumerable<TypeReference> Known(MethodDefinition method)
    {
        IEnumerable<TypeReference> signature = [method.ReturnType, .. method.Parameters.Select(static p => p.ParameterType)];
        return method.HasBody
            ? signature.Concat(method.Body.Variables.Select(static v => v.VariableType)).Concat(method.Body.Instructions.SelectMany(Known))
            : signature;
    }

    private static IEnumerable<TypeReference> Known(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member when member.DeclaringType is { } type => [type],
        _ => [],
    };

    // A type, and those that it is made of: List<A>, A[], ref A.
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        GenericParameter => [],
        TypeSpecification { ElementType: { } made } => Parts(made),
        TypeSpecification => [],
        _ => [type],
    };

    // The first circle that goes through a folder, as "A → B → A"; empty when there is none.
    private static string CircleIn(Dictionary<string, HashSet<string>> arrows) =>
        arrows.Keys.Where(static node => !IsType(node)).Order(StringComparer.Ordinal)
            .Select(folder => WayBack(arrows, folder)).FirstOrDefault(static way => way.Length > 0) ?? "";

    private static string WayBack(Dictionary<string, HashSet<string>> arrows, string start)
    {
        var reached = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var node))
        {
            foreach (var known in arrows.GetValueOrDefault(node, []).Order(StringComparer.Ordinal))
            {
                if (!reached.TryAdd(known, node))
                {
                    continue;
                }

                if (known == start)
                {
                    return string.Join(" → ", WayTo(reached, start));
                }

                next.Enqueue(known);
            }
        }

        return "";
    }

    private static List<string> WayTo(Dictionary<string, string> reached, string end)
    {
        var way = new List<string> { end };
        do
        {
            way.Insert(0, reached[way[0]]);
        }
        while (way[0] != end);
        return way;
    }

    private static bool IsType(string node) => node.StartsWith('(');
}
