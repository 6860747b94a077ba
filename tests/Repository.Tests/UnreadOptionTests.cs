using System.Reflection;
using System.Reflection.Emit;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Repository.Tests;

/// <summary>An option that is accepted and documented and that no code reads does nothing, which is worse than no option.</summary>
public sealed class UnreadOptionTests
{
    private const string Router = "saker-router";

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!).ToDictionary(static code => code.Value);

    // What handles options as a whole says nothing of their use: records compare and print themselves, and a reload copies them.
    private static readonly HashSet<string> Generated = ["PrintMembers", "Equals", "GetHashCode", "ToString", "<Clone>$", ".ctor", "Validate"];
    // Falco's files set them, and their summaries and docs/falco-differences.md say that there is nothing to choose.
    private static readonly (string Program, string Option)[] WithoutEffect = [("saker-detector", "GrpcOptions.Threadiness"), ("saker-detector", "WebserverOptions.Threadiness")];

    private static readonly HashSet<string> Copying = ["ReloadPlan", "MemoryBounds"];

    [Theory]
    [InlineData(Router, "RouterOptions")]
    [InlineData("saker-detector", "DetectorOptions")]
    public void Every_option_is_read_by_something(string program, string record)
    {
        var assemblies = Programs(program);
        var read = assemblies.SelectMany(static assembly => assembly.GetTypes()).SelectMany(Getters).ToHashSet();
        var records = assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(type => type.Name == record);
        var unread = records.Concat(program == Router ? OutputCatalogue.Default.All.Select(static output => output.OptionsType) : [])
            .SelectMany(static root => Properties(OptionSchema.For(root))).Distinct()
            .Where(property => !read.Contains((property.DeclaringType!, property.Name)) && !IsSwitch(property))
            .Select(static property => $"{property.DeclaringType!.Name}.{property.Name}").Order(StringComparer.Ordinal);
        Assert.Equal(WithoutEffect.Where(option => option.Program == program).Select(static option => option.Option), unread);
    }

    [Fact]
    public void An_option_that_nobody_reads_is_found()
    {
        var read = typeof(UnreadOptionTests).Assembly.GetTypes().SelectMany(Getters).ToHashSet();
        Assert.Equal(["Forgotten"], Properties(OptionSchema.For(typeof(Example))).Where(property => !read.Contains((property.DeclaringType!, property.Name))).Select(static property => property.Name));
        Assert.Equal(1, Used(new Example { Used = 1 }));
    }

    private static int Used(Example example) => example.Used;

    private static List<Assembly> Programs(string program)
    {
        var all = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        Add(Assembly.Load(program));
        return [.. all.Values];

        void Add(Assembly assembly)
        {
            if (!all.TryAdd(assembly.FullName!, assembly))
            {
                return;
            }

            foreach (var name in assembly.GetReferencedAssemblies().Where(static name => File.Exists(Path.Combine(AppContext.BaseDirectory, name.Name + ".dll"))))
            {
                var referenced = Assembly.Load(name);
                if (referenced.GetTypes().Any(static type => type.Namespace?.StartsWith("Saker.", StringComparison.Ordinal) == true))
                {
                    Add(referenced);
                }
            }
        }
    }

    // The configuration reads the key that switches an output on, before there are options.
    private static bool IsSwitch(PropertyInfo property) =>
        OutputCatalogue.Default.All.Any(output => output.OptionsType == property.DeclaringType && output.Descriptor.DecidingKey == KeyNames.Of(property));

    private static IEnumerable<PropertyInfo> Properties(OptionSchema schema)
    {
        foreach (var key in schema.Keys)
        {
            if (key.Kind is OptionKind.Section or OptionKind.Sections or OptionKind.NamedSections)
            {
                foreach (var nested in Properties(key.Section))
                {
                    yield return nested;
                }
            }

            yield return key.Property;
        }
    }

    /// <summary>Every property that the code of a type reads, by the type that declares it.</summary>
    private static IEnumerable<(Type Declaring, string Property)> Getters(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (Copying.Contains(Outermost(type).Name))
        {
            yield break;
        }

        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).Where(method => !IsOwn(type, method)))
        {
            foreach (var called in Calls(method).Where(static called => called is { IsSpecialName: true } && called.Name.StartsWith("get_", StringComparison.Ordinal)))
            {
                yield return (called.DeclaringType!, called.Name["get_".Length..]);
            }
        }
    }

    private static bool IsOwn(Type type, MethodBase method) => type.GetMethod("<Clone>$") is not null && Generated.Contains(method.Name);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            yield break;
        }

        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var operation = OpCodesByValue[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += operation.Size;
            if (operation.OperandType == OperandType.InlineMethod && method.Module.ResolveMethod(BitConverter.ToInt32(code, at), typeArguments, methodArguments) is { } called)
            {
                yield return called;
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private sealed record Example
    {
        public int Used { get; init; }

        public int Forgotten { get; init; }
    }
}
