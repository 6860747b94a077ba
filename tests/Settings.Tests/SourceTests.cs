using System.Security;

namespace Saker.Settings.Tests;

/// <summary>What settings come from, files and variables and texts with several values in them, and how findings about them are told.</summary>
public sealed class SourceTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" , ,", "")]
    [InlineData("a", "a")]
    [InlineData(" a , b ", "a|b")]
    [InlineData("a,b,", "a|b")]
    [InlineData("{{a,b}},c", "{{a,b}}|c")]
    [InlineData("x{{a,{b}}},c", "x{{a,{b}}}|c")]
    [InlineData("{{a}},b,{{c,d}},e", "{{a}}|b|{{c,d}}|e")]
    [InlineData("{{a}},{{b,c}}", "{{a}}|{{b,c}}")]
    [InlineData("{{}},a", "{{}}|a")]
    [InlineData("{{a,b", "{{a|b")]
    [InlineData("{a,b},c{", "{a|b}|c{")]
    [InlineData("a}},b", "a}}|b")]
    [InlineData("{{", "{{")]
    public void A_list_splits_at_its_commas(string text, string parts) => Assert.Equal(parts, string.Join('|', DelimitedText.SplitList(text)));

    [Theory]
    [InlineData("a", "a", null)]
    [InlineData(" a ", "a", null)]
    [InlineData(" a : b:c ", "a", "b:c")]
    [InlineData("a:", "a", "")]
    [InlineData(":b", "", "b")]
    [InlineData("{{x:y}}:z", "{{x:y}}", "z")]
    [InlineData("", "", null)]
    public void An_entry_splits_at_its_first_colon(string text, string key, string? value) => Assert.Equal((key, value), DelimitedText.SplitEntry(text));

    [Fact]
    public void Variables_that_nobody_asked_for_are_named()
    {
        var variables = new EnvironmentVariables(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "", ["D_PORT"] = "tcp://1:2" });
        Assert.Equal(["A", "B", "D_PORT"], variables.Unused);
        Assert.Equal(("1", "A", true), (variables.Find("A")?.Text, variables.Find("A")?.Source.ToString(), variables.Find("A")?.Source.IsVariable));
        Assert.False(variables.Find("A")!.IsNull);
        Assert.Null(variables.Find("C"));
        Assert.Null(variables.Find("D_PORT"));
        Assert.Null(variables.Find("b"));
        Assert.Equal(["B", "D_PORT"], variables.Unused);
        Assert.Equal(("2", "", null), (variables.Text("B"), variables.Text("C"), variables.Text("E")));
    }

    [Fact]
    public void The_variables_of_the_process_are_read_as_they_are()
    {
        Environment.SetEnvironmentVariable("SAKER_SETTINGS_TESTS_VARIABLE", "as it is");
        Assert.Equal("as it is", EnvironmentVariables.OfProcess().Text("SAKER_SETTINGS_TESTS_VARIABLE"));
    }

    [Theory]
    [InlineData("A_PORT", "tcp://10.0.0.1:80", true)]
    [InlineData("A_PORT", "UDP://10.0.0.1:80", true)]
    [InlineData("A_PORT", "sctp://10.0.0.1:80", true)]
    [InlineData("A_PORT", "80", false)]
    [InlineData("A_URL", "tcp://10.0.0.1:80", false)]
    [InlineData("_PORT_A", "tcp://10.0.0.1:80", false)]
    [InlineData("A_SERVICE_HOST", "10.0.0.1", true)]
    [InlineData("A_SERVICE_PORT", "80", true)]
    [InlineData("A_SERVICE_PORT_HTTP", "80", true)]
    [InlineData("A_PORT_80_TCP", "tcp://10.0.0.1:80", true)]
    [InlineData("A_PORT_80_UDP_PROTO", "udp", true)]
    [InlineData("A_PORT_80", "x", false)]
    public void A_link_of_Kubernetes_is_known_by_its_name(string name, string value, bool expected) => Assert.Equal(expected, ServiceLinks.IsLink(name, value));

    [Fact]
    public void Findings_are_told_one_a_line_with_place_and_key()
    {
        var faults = new ConfigFaults();
        Assert.False(faults.HasErrors);
        faults.Notice(ConfigSource.InFile("f", 2, 3), "a.b", "One.");
        faults.Warning(ConfigSource.WholeFile("f"), "", "Two\nlines\t\u0085.");
        Assert.False(faults.HasErrors);
        faults.Error(ConfigSource.InVariable("V"), "c", "Three.");
        Assert.True(faults.HasErrors);
        Assert.Equal(
            ["Notice f:2:3: a.b: One.", "Warning f: Two\\u000alines\\u0009\\u0085.", "Error V: c: Three."],
            faults.All.Select(fault => $"{fault.Severity} {fault}"));
    }

    [Fact]
    public void No_more_than_500_findings_are_kept()
    {
        var faults = new ConfigFaults();
        for (var i = 1; i <= 600; i++)
        {
            faults.Warning(ConfigSource.InFile("f", i, 1), "", "x");
        }

        Assert.Equal((500, 500), (faults.All.Count, faults.All[^1].Source.Line));
    }

    [Fact]
    public void A_place_knows_its_parts()
    {
        var inFile = ConfigSource.InFile("f", 2, 3);
        Assert.Equal(("f", 2, 3, false, "f:2:3"), (inFile.Name, inFile.Line, inFile.Column, inFile.IsVariable, $"{inFile}"));
        var whole = ConfigSource.WholeFile("f");
        Assert.Equal(("f", 0, 0, false, "f"), (whole.Name, whole.Line, whole.Column, whole.IsVariable, $"{whole}"));
        var variable = ConfigSource.InVariable("V");
        Assert.Equal(("V", 0, 0, true, "V"), (variable.Name, variable.Line, variable.Column, variable.IsVariable, $"{variable}"));
    }

    [Fact]
    public void A_map_finds_the_first_of_a_name_in_any_case()
    {
        var source = ConfigSource.WholeFile("f");
        var map = new ConfigMap([new ConfigEntry("b", source, new ConfigScalar("0", source)), new ConfigEntry("A", source, new ConfigScalar("1", source)), new ConfigEntry("a", source, new ConfigScalar("2", source))], source);
        var found = Assert.IsType<ConfigScalar>(map.Find("a")?.Value);
        Assert.Equal(("1", false), (found.Text, found.IsNull));
        Assert.Null(map.Find("c"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(300_000)]
    public void A_file_of_any_length_is_read_whole(int length)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("saker-settings").FullName, "f.yaml");
        File.WriteAllText(file, $"a: 1\n#{new string('x', length)}\nlast: 2\n");
        var faults = new ConfigFaults();
        Assert.Equal(["a", "last"], ConfigFile.Read(file, faults).Entries.Select(entry => entry.Key));
        Assert.Empty(faults.All);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_and_so_is_a_device_without_end()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("saker-settings").FullName, "f.yaml");
        var faults = new ConfigFaults();
        foreach (var length in new[] { 16 << 20, (16 << 20) + 1 })
        {
            using (var stream = File.Create(file))
            {
                stream.WriteByte(0xFF); // no UTF-8, so that a file that is read is refused without delay
                stream.SetLength(length);
            }

            Assert.Empty(ConfigFile.Read(file, faults).Entries);
        }

        Assert.Empty(ConfigFile.Read("/dev/zero", faults).Entries);
        Assert.Equal(
            [$"{file}:1:1: This line is not valid UTF-8; save the file as UTF-8.", $"{file}: The file has more than the 16777216 bytes that are read.", "/dev/zero: The file has more than the 16777216 bytes that are read."],
            faults.All.Select(fault => $"{fault}"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData("", "''", "it has no name.")]
    [InlineData("/", "/", "it is a folder; name the file in it.")]
    [InlineData("/no/such/file", "/no/such/file", "there is no such file.")]
    [InlineData("a\0b", "a\\u0000b", "this is no name of a file.")]
    public void A_file_that_cannot_be_read_is_told_with_the_reason(string path, string shown, string reason)
    {
        var faults = new ConfigFaults();
        Assert.Empty(ConfigFile.Read(path, faults).Entries);
        Assert.Equal($"{shown}: The file cannot be read: {reason}", Assert.Single(faults.All).ToString());
    }

    public static TheoryData<Exception, string?> Problems => new()
    {
        { new FileNotFoundException("x"), "there is no such file." },
        { new DirectoryNotFoundException("x"), "there is no such file." },
        { new UnauthorizedAccessException("x"), "this user has no right to read it." },
        { new PathTooLongException("x"), "its name is too long." },
        { new ArgumentException("x"), "this is no name of a file." },
        { new NotSupportedException("x"), "this is no name of a file." },
        { new IOException("The disk is broken."), "The disk is broken." },
        { new SecurityException("Not allowed."), "Not allowed." },
        { new InvalidOperationException("x"), null },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_reading_a_file_may_throw_has_a_reason(Exception exception, string? reason)
    {
        Assert.Equal(reason is not null, FileProblem.Is(exception));
        Assert.Equal(reason ?? "x", FileProblem.Reason(exception, "/no/such/file"));
    }

    [Fact]
    public void A_fingerprint_tells_each_of_its_files()
    {
        var folder = Directory.CreateTempSubdirectory("saker-settings").FullName;
        var file = Path.Combine(folder, "a");
        File.WriteAllText(file, "abc");
        Assert.Equal($"- {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("abc"u8))} -", FileFingerprint.Of("/no/such/file", file, folder));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("a", "a", "")]
    [InlineData("a", "b", "inner.name")]
    [InlineData(null, "a", "inner")]
    [InlineData("a", null, "inner")]
    public void A_section_that_comes_or_goes_has_changed(string? before, string? after, string expected)
    {
        var schema = OptionSchema.For(typeof(BinderOptions));
        Assert.Equal(expected, string.Join(' ', OptionDifferences.Between(schema, Inner(before), Inner(after))));

        static BinderOptions Inner(string? name) => new BinderOptions() with { Inner = name is null ? null! : new BinderInner { Name = name }, AllRoutes = [] };
    }
}
