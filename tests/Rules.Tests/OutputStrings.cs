using Saker.Conditions.Tests.Support;
using Saker.Rules.Output;

namespace Saker.Rules.Tests;

public class OutputStrings
{
    private static readonly OutputFormatParser parser = new(FalcoFields.Load());

    /// <summary>Formats, and their parts: fields in angle brackets, with their width in front.</summary>
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("%proc.name", "<proc.name>")]
    [InlineData("a %proc.name b", "a <proc.name> b")]
    [InlineData("%proc.name%proc.pid", "<proc.name><proc.pid>")]
    [InlineData("{%proc.name}", "{<proc.name>}")]
    [InlineData("(%proc.name)", "(<proc.name>)")]
    [InlineData("%proc.name:%fd.num", "<proc.name>:<fd.num>")]
    [InlineData("*%proc.name", "<proc.name>")]
    [InlineData("a *%proc.name", "a *<proc.name>")]
    [InlineData("%user.namecontainerid", "<user.name>containerid")]
    [InlineData("%evt.timestamp", "<evt.time>stamp")]
    [InlineData("%k8s.pod.namespace", "<k8s.pod.name>space")]
    [InlineData("%proc.name.foo", "<proc.name>.foo")]
    [InlineData("%proc.name.", "<proc.name>.")]
    [InlineData("%proc.name_%user.uid", "<proc.name>_<user.uid>")]
    [InlineData("%proc.name[0]", "<proc.name>[0]")]
    [InlineData("%proc.cmdline[0", "<proc.cmdline>[0")]
    [InlineData("%proc.aname[2]", "<proc.aname[2]>")]
    [InlineData("%proc.aname[\"2\"]", "<proc.aname[2]>")]
    [InlineData("%proc.aname[x]", "<proc.aname>[x]")]
    [InlineData("%proc.env.PATH", "<proc.env>.PATH")]
    [InlineData("%evt.arg.flags", "<evt.arg.flags>")]
    [InlineData("%evt.arg[99]", "<evt.arg[99]>")]
    [InlineData("%thread.cgroup.memory", "<thread.cgroup.memory>")]
    [InlineData("%container.label[a.b/c]", "<container.label[a.b/c]>")]
    [InlineData("%20proc.name", "<20:proc.name>")]
    [InlineData("%20tolower(proc.name)", "<20:tolower(proc.name)>")]
    [InlineData("%0proc.name", "<proc.name>")]
    [InlineData("%toupper(proc.name)!", "<toupper(proc.name)>!")]
    [InlineData("%tolower( proc.name )", "<tolower(proc.name)>")]
    [InlineData("%toupper(tolower(proc.name))", "<toupper(tolower(proc.name))>")]
    [InlineData("%b64(proc.name) %basename(proc.exepath) %len(proc.args)", "<b64(proc.name)> <basename(proc.exepath)> <len(proc.args)>")]
    [InlineData("%concat(proc.name, \":\", proc.exe)", "<concat(proc.name, \":\", proc.exe)>")]
    [InlineData("%concat( proc.name , \"x\" )", "<concat(proc.name, \"x\")>")]
    [InlineData("%join(\", \", fd.types)", "<join(\", \", fd.types)>")]
    [InlineData("%join(\"/\", (proc.name, user.name))", "<join(\"/\", (proc.name, user.name))>")]
    [InlineData("%toupper(evt.type)", "<toupper(evt.type)>")]
    [InlineData("%evt.around[1]", "<evt.around[1]>")]
    [InlineData("%evt.type.is[open]", "<evt.type>.is[open]")]
    [InlineData("%evt.type.is.open", "<evt.type.is.open>")]
    public void A_format_is_read_as_Falco_reads_it(string text, string parts)
    {
        var errors = new List<OutputFormatError>();
        var format = parser.Parse(text, errors);
        Assert.Empty(errors);
        Assert.Equal(parts, string.Concat(format!.Parts.Select(static part =>
            part.Text ?? $"<{(part.Width > 0 ? $"{part.Width}:" : "")}{part.Operand!.Text}>")));
    }

    /// <summary>Formats that are an error, and what is marked.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("a%", "%")]
    [InlineData("a %12", "%12")]
    [InlineData("a %% b", "%")]
    [InlineData("a %%proc.name", "%")]
    [InlineData("100% sure", "%")]
    [InlineData("a %nosuch.field b", "%nosuch.field")]
    [InlineData("%proc", "%")]
    [InlineData("%*proc.name", "%")]
    [InlineData("%thread.cgroup[memory]", "%thread.cgroup[memory]")]
    [InlineData("%evt.arg", "%evt.arg")]
    [InlineData("%fd.ip", "%fd.ip")]
    [InlineData("%val(proc.name)", "%")]
    [InlineData("%tolower (proc.name)", "%")]
    [InlineData("%tolower(proc.name", "%tolower(proc.name")]
    [InlineData("%tolower(proc.pid)", "%tolower(proc.pid)")]
    [InlineData("%tolower(proc.aname[1])", "%tolower(proc.aname[1]")]
    [InlineData("%getopt(proc.args, \"ab:\")", "%getopt(proc.args, \"ab:\")")]
    [InlineData("%join(\", \", proc.args)", "%join(\", \", proc.args)")]
    [InlineData("%concat(proc.name, proc.pid)", "%concat(proc.name, proc.pid)")]
    [InlineData("%99999proc.name", "%99999")]
    public void What_is_no_field_is_an_error_with_its_place(string text, string marked)
    {
        var errors = new List<OutputFormatError>();
        Assert.Null(parser.Parse(text, errors));
        Assert.Equal(marked, text.Substring(errors[0].Start, Math.Min(errors[0].Length, text.Length - errors[0].Start)));
    }

    /// <summary>All mistakes of a format: start, length, message.</summary>
    [Theory]
    [InlineData("", "0+0 the output is empty")]
    [InlineData("*", "")]
    [InlineData("*%", "1+1 an output cannot end with a percent sign or a width: a field must follow")]
    [InlineData("a %12", "2+3 an output cannot end with a percent sign or a width: a field must follow")]
    [InlineData("a %65535proc.name", "")]
    [InlineData("a %65536proc.name", "2+6 a width is at most 65535")]
    [InlineData("%99999999999999999999proc.name %proc.nme", "0+21 a width is at most 65535; 31+9 unknown field 'proc.nme'")]
    [InlineData("a %% b", "2+1 a field must follow '%'; there is no way to write a percent sign in an output; 3+1 ")]
    [InlineData("%5proc.nme %proc.name %fd.nme", "0+10 unknown field 'proc.nme'; 22+7 unknown field 'fd.nme'")]
    public void Every_mistake_has_its_place_and_its_words(string text, string expected)
    {
        var errors = new List<OutputFormatError>();
        var format = parser.Parse(text, errors);
        Assert.Equal(expected.Length == 0, format is not null);
        Assert.StartsWith(expected, string.Join("; ", errors.Select(static error => $"{error.Start}+{error.Length} {error.Message}")), StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0 ? 0 : expected.Split("; ").Count(static part => char.IsAsciiDigit(part[0])), errors.Count);
    }

    [Fact]
    public void Formats_are_put_together_with_a_blank()
    {
        var format = parser.Parse("*a %proc.name", [])!.Append(parser.Parse("%fd.name", [])!);
        Assert.Equal(("*a %proc.name %fd.name", true), (format.Source, format.Star));
        Assert.Equal(["a ", "proc.name", " ", "fd.name"], format.Parts.Select(static part => part.Text ?? part.Operand!.Text));
        Assert.False(parser.Parse("a*", [])!.Star);
    }

    [Fact]
    public void What_is_no_field_alone_is_marked()
    {
        var errors = new List<OutputFormatError>();
        Assert.Null(parser.ParseField("proc.nme", errors));
        Assert.Equal([new OutputFormatError(0, 8, "unknown field 'proc.nme'", "proc.name")], errors);
    }

    [Fact]
    public void All_mistakes_of_a_format_are_told()
    {
        var errors = new List<OutputFormatError>();
        Assert.Null(parser.Parse("%proc.nme and %fd.nme and %evt.time", errors));
        Assert.Equal(["proc.name", "fd.name"], errors.Select(static error => error.Suggestion));
    }

    [Fact]
    public void Fields_within_transformers_are_output_fields_by_their_own_names()
    {
        var format = parser.Parse("%concat(proc.name, \"-\", proc.aname[1]) %tolower(proc.name) %evt.arg.flags", []);
        // proc.aname takes no transformers.
        Assert.Null(format);
        format = parser.Parse("%concat(proc.name, \"-\", proc.exe) %tolower(proc.name) %evt.arg.flags %proc.exe", []);
        Assert.Equal(["proc.name", "proc.exe", "evt.arg.flags"], format!.Fields.Select(static field => field.Text));
    }

    [Fact]
    public void A_field_alone_is_a_whole_field()
    {
        var errors = new List<OutputFormatError>();
        Assert.NotNull(parser.ParseField("proc.aname[2]", errors));
        Assert.NotNull(parser.ParseField("tolower(proc.name)", errors));
        Assert.Empty(errors);
        Assert.Null(parser.ParseField("user.namecontainerid", errors));
        Assert.Null(parser.ParseField("proc.name x", errors));
        Assert.Equal(2, errors.Count);
    }

    [Fact]
    public void A_long_name_is_refused_in_bounded_time()
    {
        var errors = new List<OutputFormatError>();
        Assert.Null(parser.Parse("%" + string.Concat(Enumerable.Repeat("a.", 100_000)) + "b", errors));
        Assert.Single(errors);
    }
}
