using System.Text;

namespace Saker.Settings.Tests;

/// <summary>Damaged files: whatever stands in them, the reader says what is wrong and where, and never throws.</summary>
public sealed class YamlMutationTests
{
    private const int Rounds = 4000;

    // What a file may hold, so that a mutation finds every branch of the reader.
    private const string Sample = """
        # a comment
        listenport: 2801
        customtags: [a, b, "c d", 'e']
        rules_files:
          - /etc/falco/falco_rules.yaml
          - "/etc/falco/rules.d"
        anchors: &base {enabled: true, url: "http://127.0.0.1:2801/?a=b&c=d"}
        slack:
          <<: *base
          text: |
            several
              lines
          folded: >-
            one
            two
        nested: {a: [1, {b: c}], ? complex : value}
        "quoted key": !!str tagged
        empty:
        tilde: ~
        ...
        """;

    private static readonly string[] Pieces =
    [
        "[", "]", "{", "}", ",", ":", ": ", "- ", "-", "?", "? ", "&", "*", "&a ", "*a", "*base", "!", "!!str ", "|", ">", "|+", ">-9", "'", "\"", "\\", "\\x", "\\u12", "%", "%YAML 1.2\n",
        "@", "`", "#", " #", "\n", "\n\n", "\t", "\r", " ", "  ", "---\n", "...\n", "<<: ", "<<: *base\n", "~", "null", "\0", "\u0085", "\u2028", "\ufeff", "é", "😀", "a", "0",
    ];

    [Fact]
    public void A_damaged_file_is_never_an_exception_and_always_has_a_place()
    {
        var random = new Random(20261126);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Mutate(Sample, random);
            var faults = new ConfigFaults();
            YamlConfigReader.Read("file.yaml", Encoding.UTF8.GetBytes(text), faults);
            Assert.All(faults.All, fault => Assert.True(fault.Source.Line > 0, $"{fault}\n{text}"));
        }
    }

    private static string Mutate(string sample, Random random)
    {
        var text = new StringBuilder(sample);
        for (var i = random.Next(1, 4); i > 0 && text.Length > 0; i--)
        {
            var place = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(place, Math.Min(random.Next(1, 4), text.Length - place));
                    break;
                case 1:
                    text.Insert(place, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text[place] = Pieces[random.Next(Pieces.Length)][0];
                    break;
                default:
                    text.Length = place;
                    break;
            }
        }

        return text.ToString();
    }
}
