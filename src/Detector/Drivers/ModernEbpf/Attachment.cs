using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>What a set of wanted system calls means for the driver: the programs to load, the hooks to attach, the call tables.</summary>
internal sealed class Attachment
{
    private readonly List<string> exitFillers = [];
    private readonly List<string> enterFillers = [];
    private readonly List<string> hooks = [];

    /// <summary>Programs that fill events at a call's exit; the driver's number of each is its position plus one.</summary>
    public IReadOnlyList<string> ExitFillers => exitFillers;

    /// <summary>The same at a call's start.</summary>
    public IReadOnlyList<string> EnterFillers => enterFillers;

    /// <summary>Programs that are attached themselves.</summary>
    public IReadOnlyList<string> Hooks => hooks;

    /// <summary>The regions of paths that opens are held against.</summary>
    public IReadOnlyList<OpenRegion> Regions { get; private set; } = [];

    public static Attachment For(SourceSettings wanted, ref DriverSettings settings)
    {
        var attachment = new Attachment();
        var calls = SystemCalls.All.Where(call => wanted.SystemCalls.Contains(call.Code)).ToList();
        settings.DropFailed = wanted.DropFailedExit ? 1u : 0u;
        settings.FilterOpens = wanted.OpensLeftOut.IsEmpty ? 0u : 1u;
        attachment.Regions = wanted.OpensLeftOut.Regions;
        foreach (var call in calls)
        {
            var exit = Hook(attachment.exitFillers, call.ExitEvent, call.ExitFiller, wanted.FailedLeftOut.Contains(call.Code));
            Set(ref settings.Exits, ref settings.SocketCallExits, call, exit);
            if (call.Enter is var (number, filler))
            {
                Set(ref settings.Enters, ref settings.SocketCallEnters, call, Hook(attachment.enterFillers, number, filler));
            }
        }

        foreach (var call in GenericCalls.All.Where(call => wanted.SystemCalls.Contains(call.Code)))
        {
            Set(ref settings.Exits, call.Native64, call.Native32, call.NativeX32, Hook(attachment.exitFillers, GenericCalls.Event, "generic", wanted.FailedLeftOut.Contains(call.Code)));
            SetCode(ref settings.Codes, call);
        }

        attachment.Add("sys_exit", attachment.exitFillers.Count > 0);
        attachment.Add("sys_enter", attachment.enterFillers.Count > 0);
        var makesThreads = calls.Exists(call => call.MakesThreads);
        attachment.Add("process_fork", makesThreads);
        attachment.Add("process_exec", calls.Exists(call => call.StartsProgram));
        // Who sees threads come must see them go.
        attachment.Add("process_exit", makesThreads || Array.Exists(SystemCalls.Exits, wanted.SystemCalls.Contains));
        return attachment;
    }

    private void Add(string hook, bool needed)
    {
        if (needed)
        {
            hooks.Add(hook);
        }
    }

    private static DriverSettings.HookedCall Hook(List<string> fillers, ushort number, string filler, bool dropFailed = false)
    {
        var index = fillers.IndexOf(filler);
        if (index < 0)
        {
            index = fillers.Count;
            fillers.Add(filler);
        }

        return new() { Event = number, Filler = (ushort)(index + 1), DropFailed = (ushort)(dropFailed ? 1 : 0) };
    }

    private static void Set(
        ref DriverSettings.PerAbi table,
        ref DriverSettings.PerSocketCall socketCalls,
        SystemCall call,
        DriverSettings.HookedCall hooked)
    {
        const int ia32SocketCall = 102;
        Set(ref table, call.Native64, call.Native32, call.NativeX32, hooked);
        if (call.AlsoNative32 > 0)
        {
            table[1][call.AlsoNative32] = hooked;
        }

        if (call.SocketCall == 0)
        {
            return;
        }

        socketCalls[call.SocketCall] = hooked;
        // Says only that one of the calls behind it is wanted; of which a failed one is, they say themselves.
        table[1][ia32SocketCall] = hooked with { DropFailed = 0 };
    }

    private static void Set(ref DriverSettings.PerAbi table, int native64, int native32, int nativeX32, DriverSettings.HookedCall hooked)
    {
        if (native64 >= 0)
        {
            table[0][native64] = hooked;
        }

        if (native32 >= 0)
        {
            table[1][native32] = hooked;
        }

        if (nativeX32 > 0)
        {
            table[0][nativeX32] = hooked;
        }
    }

    private static void SetCode(ref DriverSettings.CodesPerAbi codes, GenericCall call)
    {
        if (call.Native64 >= 0)
        {
            codes[0][call.Native64] = (ushort)call.Code;
        }

        if (call.Native32 >= 0)
        {
            codes[1][call.Native32] = (ushort)call.Code;
        }

        if (call.NativeX32 > 0)
        {
            codes[0][call.NativeX32] = (ushort)call.Code;
        }
    }
}
