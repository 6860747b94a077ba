using Saker.Conditions.Compilation;
using Saker.Conditions.Parsing;
using Saker.Conditions.Tests.Support;

namespace Saker.Conditions.Tests;

/// <summary>Which operators and which forms of values go with which types of fields.</summary>
public class OperatorTypes
{
    private static readonly ConditionCompiler compiler = new(FalcoFields.Load(), FalcoFields.Options());

    /// <summary>A field of each type, and a value that it can have.</summary>
    private static readonly Dictionary<string, (string Field, string Value)> types = new()
    {
        ["text"] = ("proc.name", "5"),
        ["buffer"] = ("evt.buffer", "5"),
        ["signed"] = ("fd.num", "5"),
        ["unsigned"] = ("evt.num", "5"),
        ["time"] = ("evt.rawtime", "5"),
        ["float"] = ("proc.fdusage", "5"),
        ["bool"] = ("evt.failed", "true"),
        ["port"] = ("fd.sport", "5"),
        ["address"] = ("fd.sip", "10.0.0.1"),
        ["network"] = ("fd.snet", "10.0.0.0/8"),
        ["list"] = ("fd.types", "file"),
        ["dynamic"] = ("evt.rawarg.fd", "5"),
    };

    public static TheoryData<string, string, bool> Cells()
    {
        var rows = Lines("operator-types.txt").Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var data = new TheoryData<string, string, bool>();
        foreach (var row in rows.Skip(1))
        {
            for (var i = 1; i < row.Length; i++)
            {
                data.Add(row[0], rows[0][i], row[i] == "y");
            }
        }

        return data;
    }

    public static TheoryData<string, string, bool> Values()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var parts in Lines("values.txt").Select(static line => line.Split(" | ")))
        {
            data.Add(parts[0], parts[1], parts[2] == "ok");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void An_operator_goes_with_the_types_that_it_goes_with_in_Falco(string operation, string type, bool allowed)
    {
        var (field, value) = types[type];
        // A number where the grammar wants one, bytes where the operator does, else a value of the type.
        var right = operation switch
        {
            "exists" => "",
            "in" or "intersects" or "pmatch" => $"({value})",
            "bcontains" or "bstartswith" => "2f",
            "<" or "<=" or ">" or ">=" => "5",
            _ => value,
        };
        Check($"{field} {operation} {right}", allowed);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_read_as_Falco_reads_it(string field, string value, bool allowed)
    {
        Check($"{field} = {value}", allowed);
        Check($"{field} != {value}", allowed);
        Check($"{field} in ({value})", allowed);
        Check($"{field} intersects ({value})", allowed);
    }

    [Theory]
    [InlineData("fd.num > \"5\"", false)]
    [InlineData("fd.num > 0x5", false)]
    [InlineData("proc.name > 0x5", true)]
    [InlineData("proc.name > 5e+3", true)]
    [InlineData("proc.name > 5x", false)]
    [InlineData("fd.sport > https", false)]
    [InlineData("fd.sport in (http, https, ssh)", true)]
    [InlineData("evt.type.is[execve] = 1", false)]
    [InlineData("thread.cgroup[memory] = /", false)]
    [InlineData("thread.cgroup.memory = /", true)]
    [InlineData("proc.env[PATH] = /", true)]
    [InlineData("proc.env.PATH = /", false)]
    [InlineData("proc.aname.x = /", false)]
    [InlineData("evt.arg.flags = x", true)]
    [InlineData("evt.arg[flags] = x", true)]
    [InlineData("evt.rawarg.nope = 0", false)]
    [InlineData("tolower(evt.buffer) = a", false)]
    [InlineData("b64(evt.buffer) contains a", true)]
    [InlineData("b64(evt.buffer) icontains a", false)]
    [InlineData("len(evt.buffer) > 1", true)]
    [InlineData("len(fd.types) > 1", true)]
    [InlineData("concat(proc.name, fd.num) = a", false)]
    [InlineData("getopt(proc.args, \"ab:\") intersects (a)", false)]
    [InlineData("join(\", \", proc.args) = a", false)]
    [InlineData("join(\", \", fd.types) = a", true)]
    [InlineData("join(\"/\", (proc.name, fd.num)) = a", false)]
    public void Grammar_and_types_together(string condition, bool allowed) => Check(condition, allowed);

    [Theory]
    [InlineData("proc.name = val(fd.num)", "text and a number")]
    [InlineData("fd.num = val(proc.name)", "a number and text")]
    [InlineData("fd.sip = val(proc.name)", "an IP address and text")]
    [InlineData("proc.name = val(fd.snet)", "text and an IP network")]
    [InlineData("evt.failed = val(fd.num)", "a truth value and a number")]
    public void Two_fields_of_different_types_are_refused_in_words(string condition, string types)
    {
        var errors = new List<ConditionError>();
        Assert.Null(compiler.Compile(condition, errors));
        Assert.Equal($"the two sides are of different types ({types})", Assert.Single(errors).Message);
    }

    private static void Check(string condition, bool allowed)
    {
        var errors = new List<ConditionError>();
        var compiled = compiler.Compile(condition, errors);
        Assert.True(compiled is not null == allowed, $"{condition}: {string.Join('\n', errors)}");
        Assert.Equal(allowed, errors.Count == 0);
    }

    private static IEnumerable<string> Lines(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", file)).Where(static line => line.Length > 0 && line[0] != '#');
}
