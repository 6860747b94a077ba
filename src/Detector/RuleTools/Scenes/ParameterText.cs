using System.Globalization;
using System.Text;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>Values of parameters as people write them, in the driver's bytes: texts, numbers, names of flags, errors, signals, users, addresses.</summary>
internal static class ParameterText
{
    private const int MostErrors = 133, MostSignals = 64;

    /// <summary>The bytes of a value; null when it is none, which <paramref name="problem"/> then says, with the cure.</summary>
    public static byte[]? Encode(ParameterDefinition parameter, ConfigNode node, IReadOnlyList<SceneUser> users, out string problem)
    {
        problem = "";
        var bytes = node switch
        {
            ConfigScalar scalar => Encode(parameter, scalar.Text, users, out problem),
            ConfigList list when parameter.Type == ParameterType.ByteBuf && list.Items.All(static item => item is ConfigScalar) =>
                [.. list.Items.Cast<ConfigScalar>().SelectMany(static item => Encoding.UTF8.GetBytes(item.Text + "\0"))],
            ConfigList list when parameter.Table is not null && list.Items.All(static item => item is ConfigScalar) =>
                Encode(parameter, string.Join('|', list.Items.Cast<ConfigScalar>().Select(static item => item.Text)), users, out problem),
            _ => null,
        };
        if (bytes?.Length > WireEvent.MaxValueBytes)
        {
            problem = $"The value has {bytes.Length} bytes; an event holds at most {WireEvent.MaxValueBytes}.";
            return null;
        }

        if (bytes is null && problem.Length == 0)
        {
            problem = "One value belongs here.";
        }

        return bytes;
    }

    private static byte[]? Encode(ParameterDefinition parameter, string text, IReadOnlyList<SceneUser> users, out string problem)
    {
        problem = "";
        switch (parameter.Type)
        {
            case ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath:
                return WireEvent.Text(text);
            case ParameterType.ByteBuf:
                return Encoding.UTF8.GetBytes(text);
            case ParameterType.SockAddr:
                problem = $"'{text}' is no address; {SocketText.Form}.";
                return SocketText.Address(text);
            case ParameterType.SockTuple:
                problem = $"'{text}' are not both ends of a connection; {SocketText.PairForm}.";
                return SocketText.Pair(text);
        }

        if (WireEvent.SizeOf(parameter.Type) == 0)
        {
            problem = $"A parameter of the type {parameter.Type} cannot be written; leave it out, or test the rule on a capture.";
            return null;
        }

        if (NumberOf(parameter, text, users) is not { } number)
        {
            problem = Problem(parameter, text, users);
            return null;
        }

        var bits = WireEvent.SizeOf(parameter.Type) * 8;
        if (bits < 64 && (number >= 1L << bits || number < -(1L << (bits - 1))))
        {
            problem = $"'{text}' does not fit into the {bits} bits of this parameter.";
            return null;
        }

        return WireEvent.Number(parameter.Type, number);
    }

    private static long? NumberOf(ParameterDefinition parameter, string text, IReadOnlyList<SceneUser> users) =>
        Spelled(text) ?? parameter.Type switch
        {
            ParameterType.Bool => text is "true" ? 1 : text is "false" ? 0 : null,
            ParameterType.Fd or ParameterType.Fd32 when text == "AT_FDCWD" => MachineState.AtWorkingDirectory,
            ParameterType.Errno or ParameterType.Fd or ParameterType.Fd32 or ParameterType.Pid or ParameterType.Pid32 or ParameterType.Int64 => Error(text),
            ParameterType.SigType => Signal(text),
            ParameterType.Uid => users.FirstOrDefault(user => user.Name == text)?.Uid,
            ParameterType.Gid => users.FirstOrDefault(user => user.Name == text)?.Gid,
            ParameterType.SyscallId => EventTable.SystemCalls.FirstOrDefault(call => call.Name == text) is { Name: not null } call ? call.Number : null,
            _ => parameter.Table is { } table ? Flags(table, text) : null,
        };

    private static long? Spelled(string text)
    {
        var isNegative = text.StartsWith('-');
        var digits = isNegative ? text[1..] : text;
        ulong number;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number))
            {
                return null;
            }
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            // As C and YAML 1.1 have it, and as people write modes of files.
            var octal = digits.TrimStart('0').TrimStart('o');
            if (octal.Length > 21 || octal.AsSpan().ContainsAnyExceptInRange('0', '7'))
            {
                return null;
            }

            number = octal.Aggregate(0UL, static (sum, digit) => (sum << 3) + (ulong)(digit - '0'));
        }
        else if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return null;
        }

        return isNegative ? -(long)number : (long)number;
    }

    private static long? Error(string name)
    {
        for (var number = -1; number >= -MostErrors; number--)
        {
            if (Encoding.ASCII.GetString(ErrorNames.Of(number)) == name)
            {
                return number;
            }
        }

        return name == "SUCCESS" ? 0 : null;
    }

    private static long? Signal(string name)
    {
        for (var number = 1; number <= MostSignals; number++)
        {
            if (Encoding.ASCII.GetString(SignalNames.Of(number)) == name)
            {
                return number;
            }
        }

        return null;
    }

    private static long? Flags(FlagTable table, string text)
    {
        var sum = 0L;
        foreach (var name in text.Split('|', StringSplitOptions.TrimEntries))
        {
            if (Names(table).FirstOrDefault(entry => entry.Name == name) is not { Name: not null } known)
            {
                return null;
            }

            sum |= known.Value;
        }

        return sum;
    }

    private static IEnumerable<(string Name, uint Value)> Names(FlagTable table) =>
        table.Entries.ToArray().Select(static entry => (Encoding.UTF8.GetString(entry.Name), entry.Value));

    private static string Problem(ParameterDefinition parameter, string text, IReadOnlyList<SceneUser> users)
    {
        if (parameter.Table is { } table)
        {
            var names = Names(table).Select(static entry => entry.Name).ToList();
            var wrong = text.Split('|', StringSplitOptions.TrimEntries).FirstOrDefault(name => !names.Contains(name)) ?? text;
            return $"'{wrong}' is neither a number nor one of {string.Join(", ", names)}{NearestWord.Hint(wrong, names)}";
        }

        return parameter.Type switch
        {
            ParameterType.Uid or ParameterType.Gid => $"'{text}' is neither a number nor a user of this case ({string.Join(", ", users.Select(static user => user.Name))}).",
            ParameterType.Errno or ParameterType.Fd or ParameterType.Fd32 => $"'{text}' is neither a number nor the name of an error (ENOENT).",
            ParameterType.SigType => $"'{text}' is neither a number nor the name of a signal (SIGKILL).",
            ParameterType.SyscallId => $"'{text}' is no system call; 'saker-detector events' lists them.",
            ParameterType.Bool => $"'{text}' is neither true nor false.",
            _ => $"'{text}' is no number.",
        };
    }
}
