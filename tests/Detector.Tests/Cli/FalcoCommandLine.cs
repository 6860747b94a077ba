using Saker.CommandLine;
using System.CommandLine;
using Saker.Detector.Cli;

namespace Saker.Detector.Tests.Cli;

/// <summary>Falco's command lines, as charts and scripts have them, in ours.</summary>
public sealed class FalcoCommandLine
{
    [Theory]
    [InlineData("-c a.yaml -r b.yaml -r c", "-c a.yaml -r b.yaml -r c")]
    [InlineData("/usr/bin/falco -pk", "-p k")]
    [InlineData("falco -c a.yaml -pcontainer", "-c a.yaml -p container")]
    [InlineData("-ojson_output=true --option=priority=error", "-o json_output=true --option priority=error")]
    [InlineData("-A", "-o base_syscalls.all=true")]
    [InlineData("-AU -v", "-o base_syscalls.all=true -o log_level=debug")]
    [InlineData("-D shell -T net", "-o rules[].disable.rule=*shell* -o rules[].disable.tag=net")]
    [InlineData("-t one -t two", "-o rules[].disable.rule=* -o rules[].enable.tag=one -o rules[].enable.tag=two")]
    [InlineData("-e a.scap -c b.yaml", "replay a.scap -c b.yaml")]
    [InlineData("-S 200 --snaplen=100", "-o falco_libs.snaplen=200 -o falco_libs.snaplen=100")]
    [InlineData("-M 30 -P /run/a.pid", "--seconds 30 --pidfile /run/a.pid")]
    [InlineData("-M 0", "")]
    [InlineData("-V a.yaml -V b.yaml", "rules validate a.yaml b.yaml")]
    [InlineData("-c a.yaml -L", "rules list -c a.yaml")]
    [InlineData("-l rule-1 -r a", "rules explain rule-1 -r a")]
    [InlineData("-V a.yaml -ojson_output=true", "rules validate a.yaml --json")]
    [InlineData("-L -o json_output=true -o json_output=false", "rules list -o json_output=true -o json_output=false")]
    [InlineData("-L -o json_output=true", "rules list --json -o json_output=true")]
    [InlineData("-l r -o json_output=True", "rules explain r --json -o json_output=True")]
    [InlineData("--list syscall", "fields")]
    [InlineData("--list -N", "fields --names")]
    [InlineData("--markdown --list=syscall", "fields --markdown")]
    [InlineData("--list-events", "events")]
    [InlineData("--list-plugins", "plugins")]
    [InlineData("--config-schema", "schema")]
    [InlineData("--rule-schema", "rules schema")]
    [InlineData("-b", "-o buffer_format_base64=true")]
    [InlineData("--stats-interval 5000", "-o metrics.interval=5000ms")]
    [InlineData("--stats-interval 1h", "-o metrics.interval=1h")]
    [InlineData("--support -c a.yaml", "support -c a.yaml")]
    [InlineData("--cri /run/a.sock", "-o container_engines.cri.sockets[]=/run/a.sock")]
    [InlineData("--dry-run --modern-bpf", "--dry-run -o engine.kind=modern_ebpf")]
    [InlineData("replay a.scap -pk", "replay a.scap -p k")]
    [InlineData("record a.scap -p 12 -s 3", "record a.scap -p 12 -s 3")]
    [InlineData("--version", "--version")]
    public void What_has_a_counterpart_is_translated(string falco, string ours)
    {
        var translated = FalcoArguments.Of(falco.Split(' '));
        Assert.Null(translated.Refusal);
        Assert.Empty(translated.Notes);
        Assert.Equal(ours, string.Join(' ', translated.Arguments));
        Assert.Empty(DetectorCommandLine.Create().Parse([.. translated.Arguments]).Errors);
    }

    [Theory]
    [InlineData("-k https://kubernetes.default -K /token --k8s-node node1", "'-k' has no effect", "'-K' has no effect", "'--k8s-node' has no effect")]
    [InlineData("--disable-cri-async", "'--disable-cri-async' has no effect")]
    [InlineData("--enable-source k8s_audit --enable-source syscall", "has only the sources syscall")]
    public void What_has_no_effect_is_told_and_the_rest_works(string falco, params string[] notes)
    {
        var translated = FalcoArguments.Of([.. falco.Split(' '), "-c", "a.yaml"]);
        Assert.Null(translated.Refusal);
        Assert.Equal(["-c", "a.yaml"], translated.Arguments);
        Assert.Equal(notes.Length, translated.Notes.Count);
        Assert.All(notes.Zip(translated.Notes), static pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_figures_go_that_an_older_Falco_wrote_is_told()
    {
        var translated = FalcoArguments.Of(["-s", "/tmp/a"]);
        Assert.Equal(["-o", "metrics.enabled=true", "-o", "metrics.output_file=/tmp/a"], translated.Arguments);
        Assert.Equal("'-s' is of an older Falco; figures are written to '/tmp/a' as metrics.output_file has them.", Assert.Single(translated.Notes));
    }

    [Theory]
    [InlineData("--plugin-info x", "built in")]
    [InlineData("--nodriver", "watches plugins only")]
    [InlineData("-d", "stays in the foreground")]
    [InlineData("-i", "rules explain")]
    [InlineData("--gvisor-config a", "gVisor")]
    [InlineData("--disable-source syscall", "nothing to watch")]
    [InlineData("-c", "'-c' needs a value behind it.")]
    [InlineData("--list k8s_audit", "'--list k8s_audit': this version has fields only for syscall.")]
    [InlineData("--list=nope", "'--list nope': this version has fields only for syscall.")]
    [InlineData("-M soon", "-M wants a whole number of seconds, not 'soon'.")]
    public void What_cannot_be_had_is_refused_in_a_sentence(string falco, string sentence) =>
        Assert.Contains(sentence, FalcoArguments.Of(falco.Split(' ')).Refusal, StringComparison.Ordinal);

    [Theory]
    [InlineData("replya a.scap", "There is no command 'replya'; did you mean 'replay'?")]
    [InlineData("--confg a.yaml", "There is no option '--confg'; did you mean '--config'?")]
    [InlineData("--seconds soon", "--seconds wants a number above 0, up to a year, not 'soon'.")]
    [InlineData("record a.scap --process soon", "Cannot parse argument 'soon' for option '--process'; it wants a number.")]
    [InlineData("replay", "Required argument 'FILE' missing for command: 'replay'.")]
    [InlineData("--seconds 0", "--seconds wants a number above 0, up to a year, not '0'.")]
    [InlineData("record a.scap --seconds -1", "--seconds wants a number above 0, up to a year, not '-1'.")]
    public async Task Mistakes_are_lines_of_their_own_without_the_help_behind_them(string arguments, params string[] expected)
    {
        using var error = new StringWriter();
        var code = await Invocation.RunAsync(DetectorCommandLine.Create(), arguments.Split(' '), new() { Error = error }, TestContext.Current.CancellationToken);
        Assert.Equal(Invocation.UsageError, code);
        Assert.All(expected, sentence => Assert.Contains(sentence, error.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("System.", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--help' shows what there is.", error.ToString(), StringComparison.Ordinal);
        Assert.InRange(error.ToString().Split('\n').Length, 3, 5);
    }
}
