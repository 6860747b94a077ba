using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Saker.Detector.Outputs;

/// <summary>
/// A shell with a pipe as its standard input and a process group of its own, so that all it starts can be ended. .NET's own class can
/// make no group, and its pipes cannot be given up while they are full.
/// </summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int SetFlags = 4;
    private const int SetGroup = 0x02;
    private const int SetDefaultSignals = 0x04;
    private const int SetMask = 0x08;
    private const int NoHang = 1;
    private const int Kill = 9;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int ClosedPipe = 32;

    // Larger than these types are in any libc (glibc: 336, 80 and 128 bytes).
    private const int OpaqueBytes = 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private int input;
    private int? exit;

    private ChildProcess(int id, int input) => (Id, this.input) = (id, input);

    /// <summary>Its process id, and that of its group.</summary>
    public int Id { get; }

    /// <summary>Starts <c>sh -c</c>.</summary>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static unsafe ChildProcess StartShell(string command)
    {
        var ends = stackalloc int[2];
        Check(Pipe(ends, CloseOnExec) == 0 ? 0 : Marshal.GetLastPInvokeError());
        try
        {
            // The program's own end stays as programs expect it.
            Check(Control(ends[1], SetFlags, NonBlocking) == 0 ? 0 : Marshal.GetLastPInvokeError());
            return new ChildProcess(Spawn(command, ends[0]), ends[1]);
        }
        catch
        {
            _ = Close(ends[1]);
            throw;
        }
        finally
        {
            _ = Close(ends[0]);
        }
    }

    /// <summary>Writes bytes, and waits while it does not read. False when it has closed its input.</summary>
    /// <exception cref="IOException">The pipe broke in another way.</exception>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.Zero; bytes.Length > 0;)
        {
            var (written, error) = Write(bytes.Span);
            if (written >= 0)
            {
                bytes = bytes[written..];
                wait = TimeSpan.Zero;
            }
            else if (error == ClosedPipe)
            {
                return false;
            }
            else if (error == Again)
            {
                wait = Longer(wait);
                await Task.Delay(wait, clock, cancellationToken);
            }
            else if (error != Interrupted)
            {
                throw new IOException($"the program's input cannot be written: {new Win32Exception(error).Message}.");
            }
        }

        return true;
    }

    /// <summary>Closes its input. It may go on.</summary>
    public void CloseInput()
    {
        if (input >= 0)
        {
            _ = Close(input);
        }

        input = -1;
    }

    /// <summary>Its exit code, with 128 added to a signal's number as shells do; null while it runs.</summary>
    public int? TryGetExit()
    {
        if (exit is null)
        {
            var ended = WaitFor(Id, out var status, NoHang);
            if (ended != 0)
            {
                exit = ended < 0 ? 0 : (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
            }
        }

        return exit;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> WaitAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.Zero; ;)
        {
            if (TryGetExit() is { } code)
            {
                return code;
            }

            wait = Longer(wait);
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    /// <summary>Waits for its end, but not longer than that. Whether it has ended.</summary>
    public async Task<bool> TryWaitAsync(TimeSpan patience, TimeProvider clock)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        try
        {
            await WaitAsync(clock, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It goes on.
        }

        return exit is not null;
    }

    /// <summary>Ends it and all that it started, at once.</summary>
    public void KillGroup()
    {
        if (exit is null)
        {
            _ = SendSignal(-Id, Kill);
        }
    }

    public void Dispose() => CloseInput();

    private static TimeSpan Longer(TimeSpan wait) =>
        wait == TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : wait * 2 < LongestWait ? wait * 2 : LongestWait;

    private unsafe (int Written, int Error) Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = (int)Write(input, start, (nuint)bytes.Length);
            return (written, written < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }

    private static unsafe int Spawn(string command, int standardInput)
    {
        var attributes = stackalloc byte[OpaqueBytes];
        var actions = stackalloc byte[OpaqueBytes];
        var signals = stackalloc byte[OpaqueBytes];
        Check(AttributesInit(attributes));
        Check(ActionsInit(actions));
        string?[] arguments = ["sh", "-c", command, null];
        string?[] variables = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static pair => $"{pair.Key}={pair.Value}"), null];
        var argumentTexts = Array.ConvertAll(arguments, Marshal.StringToCoTaskMemUTF8);
        var variableTexts = Array.ConvertAll(variables, Marshal.StringToCoTaskMemUTF8);
        try
        {
            // The runtime ignores SIGPIPE, and what is ignored or blocked would stay so in the program.
            _ = FillSignals(signals);
            Check(SetDefaults(attributes, signals));
            _ = EmptySignals(signals);
            Check(SetSignalMask(attributes, signals));
            Check(SetProcessGroup(attributes, 0));
            Check(SetAttributeFlags(attributes, SetGroup | SetDefaultSignals | SetMask));
            Check(AddDuplicate(actions, standardInput, 0));
            fixed (nint* argument = argumentTexts, variable = variableTexts)
            {
                int id;
                Check(PosixSpawn(&id, "/bin/sh", actions, attributes, argument, variable));
                return id;
            }
        }
        finally
        {
            Array.ForEach(argumentTexts, Marshal.FreeCoTaskMem);
            Array.ForEach(variableTexts, Marshal.FreeCoTaskMem);
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int value);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int id, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int id, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int PosixSpawn(int* id, string path, byte* actions, byte* attributes, nint* arguments, nint* variables);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetAttributeFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static unsafe partial int SetProcessGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int EmptySignals(byte* signals);
}
