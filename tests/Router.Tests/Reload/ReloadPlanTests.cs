using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Reload;
using Saker.Router.Tests.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Reload;

public sealed class ReloadPlanTests : IDisposable
{
    private static readonly OutputCatalogue Catalogue = new(
        OutputRegistration.For<SampleOutput, SampleOptions>(), OutputRegistration.For<PlainOutput, PlainOptions>());

    private readonly string folder = Directory.CreateTempSubdirectory("saker-plan").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Two_readings_of_one_file_change_nothing()
    {
        const string yaml = "sample: {url: http://x, labels: {a: b}}\ncustomfields: {a: b}\ncustomtags: [t]\noutputs:\n  p: {type: plain}\n";
        var plan = Between(yaml, yaml);
        Assert.True(plan.IsEmpty);
        Assert.Empty(plan.NeedsRestart);
        Assert.True(plan.IsUnchanged("sample"));
        Assert.Equal(2, plan.UnchangedCount);
    }

    [Fact]
    public void Added_changed_and_removed_outputs_are_named_with_their_keys()
    {
        var plan = Between(
            "outputs:\n  a: {type: sample, url: x}\n  b: {type: sample, url: x}\n  c: {type: plain}\n  d: {type: plain}\n",
            "outputs:\n  a: {type: sample, url: y, when: priority = error}\n  b: {type: sample, url: x}\n  d: {type: sample, url: z}\n  e: {type: plain}\n");
        Assert.Equal(["e"], plan.Added);
        Assert.Equal(["a (url, when)", "d (type)"], plan.Changed);
        Assert.Equal(["c"], plan.Removed);
        Assert.True(plan.IsUnchanged("b"));
        Assert.False(plan.IsUnchanged("a"));
    }

    [Fact]
    public void Settings_take_effect_and_what_needs_a_restart_stays_and_is_named()
    {
        var plan = Between(
            "listenport: 2801\ncustomtags: [a]\n",
            "listenport: 2802\ncustomtags: [b]\ntemplatedfields: {t: '{{ .a }}'}\nlog: {history: 1h}\ndelivery: {backlogage: 1h}\nstrictcompatibility: true\nloglevel: debug\n");
        Assert.Equal(["customtags", "loglevel", "templatedfields"], plan.Settings);
        Assert.Equal(["delivery.backlogage", "listenport", "log.history", "strictcompatibility"], plan.NeedsRestart);
        Assert.Equal(2801, plan.Configuration.Router.ListenPort);
        Assert.False(plan.Configuration.Router.StrictCompatibility);
        Assert.Equal(["b"], plan.Configuration.Router.CustomTags);
    }

    [Fact]
    public void An_instance_is_made_anew_when_what_lies_beside_its_options_changed()
    {
        const string yaml = "sample: {url: http://x}\n";
        var plan = ReloadPlan.Between(Load(yaml), Load(yaml), static _ => true);
        Assert.Equal(["sample (certificates)"], plan.Changed);
    }

    [Theory]
    [InlineData("customfields: {a: x, b: y}\n", true)]
    [InlineData("customfields: {a: x}\ntemplatedfields: {t: '{{ .a }}'}\n", true)]
    [InlineData("customfields: {a: z}\n", false)]
    public void An_instance_that_names_added_fields_is_made_anew_when_their_names_change(string fields, bool isChanged)
    {
        const string outputs = "sample: {url: http://x}\noutputs:\n  p: {type: plain}\n";
        var plan = Between("customfields: {a: x}\n" + outputs, fields + outputs);
        Assert.Equal(isChanged ? ["p (customfields, templatedfields)"] : [], plan.Changed);
        Assert.True(plan.IsUnchanged("sample"));
    }

    private ReloadPlan Between(string before, string after) => ReloadPlan.Between(Load(before), Load(after), static _ => false);

    private RouterConfiguration Load(string yaml)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, yaml);
        var configuration = RouterConfigurationLoader.Load(file, EnvironmentVariables.None, Catalogue);
        Assert.Empty(configuration.Faults);
        return configuration;
    }
}
