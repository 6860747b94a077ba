using System.Globalization;
using Saker.Detector.Engine;

namespace Saker.Detector.Cli;

/// <summary>
/// Falco's command line, of all versions, in the words of ours, so that what stands in charts and scripts works. What has no
/// counterpart is told; what asks for something that there is not stops with a sentence.
/// </summary>
internal sealed class FalcoArguments
{
    private static readonly string[] OwnCommands = ["record", "rules", "fields", "events", "plugins", "schema", "support"];

    private readonly List<string> options = [];
    private readonly List<string> selection = [];
    private readonly List<string> validated = [];
    private readonly List<string> notes = [];
    private readonly List<string> listing = [];
    private string[] command = [];
    private string? refusal;
    private bool onlyTags;

    private FalcoArguments(IReadOnlyList<string> given)
    {
        // Images of Falco are started with the program's path as the first argument.
        var arguments = given is [var program, ..] && Path.GetFileName(program) == "falco" ? [.. given.Skip(1)] : given;
        if (arguments is [var own, ..] && OwnCommands.Contains(own, StringComparer.Ordinal))
        {
            Arguments = arguments;
            return;
        }

        var rest = new Queue<string>(arguments);
        while (refusal is null && rest.TryDequeue(out var argument))
        {
            Translate(argument, rest);
        }

        var json = validated.Count > 0 || command is ["rules", "list" or "explain", ..] ? Json() : [];
        Arguments = validated.Count > 0 ? ["rules", "validate", .. validated, .. json]
            : [.. command, .. json, .. command is ["fields"] ? listing : [], .. options, .. selection.SelectMany(static setting => (string[])["-o", setting])];
    }

    /// <summary>The arguments as this program takes them.</summary>
    public IReadOnlyList<string> Arguments { get; } = [];

    /// <summary>What was left out, a sentence each.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>Why nothing can be done; null when all is well.</summary>
    public string? Refusal => refusal;

    /// <summary>Reads a command line.</summary>
    public static FalcoArguments Of(IReadOnlyList<string> arguments) => new(arguments);

    private void Translate(string argument, Queue<string> rest)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        var name = equals > 0 ? argument[..equals] : argument;
        var attached = equals > 0 ? argument[(equals + 1)..] : null;
        if (name is ['-', not '-', _, ..])
        {
            (name, attached) = (name[..2], name[2..]);
            if (IsSwitch(name))
            {
                // Several letters behind one dash.
                Translate("-" + attached, rest);
                attached = null;
            }
        }

        Translate(name, attached, rest, argument);
    }

    private void Translate(string name, string? attached, Queue<string> rest, string whole)
    {
        switch (name)
        {
            case "-A":
                Set("base_syscalls.all=true");
                break;
            case "-D":
                WithValue(value => Set($"rules[].disable.rule=*{value}*"));
                break;
            case "-T":
                WithValue(value => Set($"rules[].disable.tag={value}"));
                break;
            case "-t":
                WithValue(OnlyTag);
                break;
            case "-e":
                WithValue(value => command = ["replay", value]);
                break;
            case "-S" or "--snaplen":
                WithValue(value => Set($"falco_libs.snaplen={value}"));
                break;
            case "-M":
                WithValue(Limit);
                break;
            case "-P" or "--pidfile":
                WithValue(value => options.AddRange(["--pidfile", value]));
                break;
            case "-c" or "--config" or "-r" or "--rules" or "-o" or "--option" or "-p" or "--print":
                WithValue(value => options.AddRange([name, value]));
                break;
            case "-V" or "--validate":
                WithValue(validated.Add);
                break;
            case "-L":
                command = ["rules", "list"];
                break;
            case "-l":
                WithValue(value => command = ["rules", "explain", value]);
                break;
            case "--list":
                List(attached ?? (rest.TryPeek(out var next) && !next.StartsWith('-') ? rest.Dequeue() : null));
                break;
            case "-N":
                listing.Add("--names");
                break;
            case "--markdown":
                listing.Add("--markdown");
                break;
            case "--list-events" or "--list-syscall-events":
                command = ["events"];
                break;
            case "--list-plugins":
                command = ["plugins"];
                break;
            case "--support":
                command = ["support"];
                break;
            case "--config-schema":
                command = ["schema"];
                break;
            case "--cri":
                WithValue(value => Set($"container_engines.cri.sockets[]={value}"));
                break;
            case "-v":
                Set("log_level=debug");
                break;
            case "--modern-bpf":
                Set("engine.kind=modern_ebpf");
                break;
            case "-U" or "--unbuffered":
                break; // alerts are written at once
            case "-b" or "--print-base64":
                Set("buffer_format_base64=true");
                break;
            case "--rule-schema":
                command = ["rules", "schema"];
                break;
            case "--disable-cri-async":
                notes.Add($"'{name}' has no effect in this version.");
                break;
            case "-k" or "--k8s-api" or "-K" or "--k8s-api-cert" or "--k8s-node" or "-m" or "--mesos-api":
                WithValue(_ => notes.Add($"'{name}' has no effect in this version: it does not ask the API of Kubernetes."));
                break;
            case "-s":
                WithValue(value =>
                {
                    notes.Add($"'-s' is of an older Falco; figures are written to '{value}' as metrics.output_file has them.");
                    Set("metrics.enabled=true");
                    Set($"metrics.output_file={value}");
                });
                break;
            case "--stats-interval":
                // Falco takes a number without a unit for milliseconds.
                WithValue(value => Set($"metrics.interval={(value.All(char.IsAsciiDigit) ? value + "ms" : value)}"));
                break;
            case "--enable-source" or "--disable-source":
                WithValue(value => Source(name, value));
                break;
            default:
                refusal = Refused(name);
                if (refusal is null)
                {
                    options.Add(whole);
                }

                break;
        }

        void WithValue(Action<string> use)
        {
            if ((attached ?? (rest.TryDequeue(out var next) ? next : null)) is { } value)
            {
                use(value);
            }
            else
            {
                refusal = $"'{name}' needs a value behind it.";
            }
        }
    }

    private static string? Refused(string name) => name switch
    {
        "-i" => "'-i' lists what Falco leaves out without -A. This program leaves nothing out that a rule names; 'rules explain RULE' shows what each one costs.",
        "--plugin-info" => "'--plugin-info' has no counterpart here; 'plugins' lists what is built in.",
        "--page-size" => "'--page-size' has no counterpart here; 'getconf PAGESIZE' tells it.",
        "-g" or "--gvisor-config" or "--gvisor-root" or "--gvisor-generate-config" => $"'{name}': this version cannot watch gVisor's sandboxes.",
        "-u" or "--userspace" => $"'{name}': there is no driver outside the kernel.",
        "--nodriver" => "'--nodriver' watches plugins only, and this version has none; 'replay FILE' reads a capture.",
        "-d" or "--daemon" => $"'{name}': this program stays in the foreground; let systemd or a container runtime keep it (deploy/).",
        _ => null,
    };

    private static bool IsSwitch(string name) => name is "-A" or "-L" or "-N" or "-U" or "-b" or "-v" or "-i" or "-d" or "-u";

    private void Set(string setting) => selection.Add(setting);

    private void OnlyTag(string tag)
    {
        if (!onlyTags)
        {
            Set("rules[].disable.rule=*");
        }

        onlyTags = true;
        Set($"rules[].enable.tag={tag}");
    }

    private void List(string? source)
    {
        command = ["fields"];
        if (source is not null && !EventStream.Names.Contains(source, StringComparer.Ordinal))
        {
            refusal = $"'--list {source}': this version has fields only for {string.Join(", ", EventStream.Names)}.";
        }
    }

    // Whether the last setting of json_output says so.
    private string[] Json()
    {
        var settings = options.Zip(options.Skip(1)).Where(static pair => pair.First is "-o" or "--option").Select(static pair => pair.Second.Split('=', 2))
            .LastOrDefault(static setting => setting[0].Trim() == "json_output");
        return settings is [_, var value] && value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) ? ["--json"] : [];
    }

    private void Limit(string text)
    {
        // Falco's 0 is without end.
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            refusal = $"-M wants a whole number of seconds, not '{text}'.";
        }
        else if (seconds > 0)
        {
            options.AddRange(["--seconds", text]);
        }
    }

    private void Source(string name, string source)
    {
        var known = EventStream.Names.Contains(source, StringComparer.Ordinal);
        if (!known)
        {
            notes.Add($"'{name} {source}' has no effect in this version, which has only the sources {string.Join(", ", EventStream.Names)}.");
        }
        else if (name == "--disable-source" && EventStream.Names.Count == 1)
        {
            refusal = $"'{name} {source}' leaves nothing to watch: this version has no other source.";
        }
    }
}
