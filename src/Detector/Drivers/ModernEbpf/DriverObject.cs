using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.Rings;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>The driver in the kernel: loaded from the object that this assembly carries, attached, and taken out on disposal.</summary>
internal sealed unsafe class DriverObject : IDisposable
{
    private const int RingBufferMap = 27;
    private const int TracingProgram = 26;
    private const int RawTracepointWithTypes = 23;
    private static readonly string[] hookNames = ["sys_exit", "sys_enter", "process_fork", "process_exec", "process_exit"];
    private readonly List<nint> links = [];
    private readonly List<int> rings = [];
    private readonly int cpus;
    private readonly DriverCounters[] counters;
    private readonly PerfTracepoints? steady;
    private readonly List<int> attached = [];
    private nint opened;
    private readonly int countersMap = -1;

    /// <summary>Loads the driver, with its rings, but lets nothing flow yet.</summary>
    /// <param name="settings">What the programs are told.</param>
    /// <param name="attachment">Which programs are needed.</param>
    /// <param name="plan">How many rings, and of which size.</param>
    /// <param name="steady">The tracepoints of perf to hook where programs of <c>tp_btf</c> are preempted; null to hook those.</param>
    /// <exception cref="EventSourceException">The kernel or libbpf refuses; the message holds what they said.</exception>
    public DriverObject(in DriverSettings settings, Attachment attachment, RingPlan plan, PerfTracepoints? steady)
    {
        this.steady = steady;
        Libbpf.CollectMessages();
        cpus = plan.RingOfCpu.Count;
        counters = new DriverCounters[cpus];
        try
        {
            Open();
            CreateRings(plan);
            SetUp(settings, attachment);
            if (Libbpf.LoadObject(opened) is var error and not 0)
            {
                throw Refused("load the driver", -error);
            }

            countersMap = Libbpf.MapFd(Map("counted"));
            RegisterFillers("exit_fillers", attachment.ExitFillers);
            RegisterFillers("enter_fillers", attachment.EnterFillers);
            AssignRings(plan);
            SetRegions(attachment.Regions);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The descriptor of the map of the driver's variables.</summary>
    public int Variables => Libbpf.MapFd(Map(".bss"));

    /// <summary>Descriptors of the ring buffers.</summary>
    public IReadOnlyList<int> Rings => rings;

    /// <summary>The object of the driver as it is committed, for this machine's architecture.</summary>
    public static byte[] ReadObject()
    {
        using var stream = typeof(DriverObject).Assembly.GetManifestResourceStream("saker_modern_ebpf.x86_64.o")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Attaches the hooks: events flow from here on.</summary>
    public void Attach(Attachment attachment)
    {
        foreach (var hook in attachment.Hooks)
        {
            var program = Program(NameOf(hook));
            var link = steady is null ? Libbpf.Attach(program) : Libbpf.AttachToPerfEvent(program, steady.Open(hook));
            if (link == 0)
            {
                throw Refused($"attach {hook}", Marshal.GetLastPInvokeError());
            }

            links.Add(link);
            attached.Add(Libbpf.ProgramFd(program));
        }
    }

    /// <summary>Adds up the counters of all CPUs. Allocates nothing.</summary>
    public DriverCounters Count()
    {
        uint key = 0;
        var sum = default(DriverCounters);
        fixed (DriverCounters* counters = this.counters)
        {
            if (Libbpf.LookUpElement(countersMap, &key, counters) != 0)
            {
                return sum;
            }
        }

        foreach (ref readonly var counters in this.counters.AsSpan())
        {
            sum.Seen += counters.Seen;
            sum.RingFull += counters.RingFull;
            sum.TooLarge += counters.TooLarge;
            sum.Other += counters.Other;
            sum.Unreadable += counters.Unreadable;
            sum.Truncated += counters.Truncated;
            sum.Filtered += counters.Filtered;
        }

        return sum;
    }

    /// <summary>
    /// How often the kernel left a hook out since another task of the CPU stood within it. It does so before the hook can
    /// tell whether anybody wants the call. Allocates nothing.
    /// </summary>
    public ulong CountLeftOut()
    {
        ulong sum = 0;
        foreach (var program in attached)
        {
            var info = default(Libbpf.ProgramInfo);
            var size = (uint)sizeof(Libbpf.ProgramInfo);
            if (Libbpf.GetInfo(program, &info, &size) == 0)
            {
                sum += info.RecursionMisses;
            }
        }

        return sum;
    }

    public void Dispose()
    {
        attached.Clear();
        foreach (var link in links)
        {
            _ = Libbpf.DestroyLink(link);
        }

        links.Clear();
        foreach (var ring in rings)
        {
            _ = Libc.Close(ring);
        }

        rings.Clear();
        if (opened != 0)
        {
            Libbpf.CloseObject(opened);
        }

        opened = 0;
    }

    private void Open()
    {
        var bytes = ReadObject();
        fixed (byte* address = bytes)
        {
            opened = Libbpf.OpenObject(address, (nuint)bytes.Length, 0);
        }

        if (opened == 0)
        {
            throw Refused("open the driver's object", Marshal.GetLastPInvokeError());
        }
    }

    private void SetUp(in DriverSettings settings, Attachment attachment)
    {
        HashSet<string> needed = [.. attachment.Hooks.Select(NameOf), .. attachment.ExitFillers, .. attachment.EnterFillers];
        for (var program = Libbpf.NextProgram(opened, 0); program != 0; program = Libbpf.NextProgram(opened, program))
        {
            if (!needed.Contains(Name(program)))
            {
                _ = Libbpf.SetAutoload(program, false);
            }
        }

        if (steady is null)
        {
            SetTypeOfFillers(attachment.ExitFillers, "sys_exit");
            SetTypeOfFillers(attachment.EnterFillers, "sys_enter");
        }

        var hooksApart = settings.ScratchStride == 0 ? 1 : hookNames.Length;
        _ = Libbpf.SetMaxEntries(Map("scratches"), (uint)(cpus * hooksApart));
        _ = Libbpf.SetMaxEntries(Map("rings"), (uint)cpus);
        _ = Libbpf.SetMaxEntries(Map("regions"), (uint)Math.Max(attachment.Regions.Count, 1));
        if (settings.FilterOpens == 0)
        {
            _ = Libbpf.SetMaxEntries(Map("starts"), 1);
        }

        // The first ring serves as the pattern of all: kernels before 5.10 want their sizes to be equal.
        _ = Libbpf.SetInnerMap(Map("rings"), rings[0]);
        var value = Libbpf.InitialValue(Map(".rodata"), out var size);
        if (value == null || size != (nuint)sizeof(DriverSettings))
        {
            throw new EventSourceException($"The driver's object takes {size} bytes of settings, this program gives {sizeof(DriverSettings)}: they are not of one build.");
        }

        Unsafe.WriteUnaligned(value, settings);
    }

    /// <summary>Fillers have to be of the type of the hook that calls them; their sections say perf's tracepoints.</summary>
    private void SetTypeOfFillers(IReadOnlyList<string> fillers, string hook)
    {
        foreach (var filler in fillers)
        {
            var program = Program(filler);
            if (Libbpf.SetType(program, TracingProgram) != 0
                || Libbpf.SetAttachType(program, RawTracepointWithTypes) != 0
                || Libbpf.SetAttachTarget(program, 0, hook) != 0)
            {
                throw new EventSourceException($"modern_ebpf: the kernel's type information lacks the tracepoint {hook}.\n{Libbpf.Messages}".TrimEnd());
            }
        }
    }

    private void RegisterFillers(string map, IReadOnlyList<string> fillers)
    {
        var fd = Libbpf.MapFd(Map(map));
        for (var i = 0; i < fillers.Count; i++)
        {
            var index = (uint)(i + 1);
            var program = Libbpf.ProgramFd(Program(fillers[i]));
            if (Libbpf.UpdateElement(fd, &index, &program, 0) is var error and not 0)
            {
                throw Refused($"register {fillers[i]}", -error);
            }
        }
    }

    private void CreateRings(RingPlan plan)
    {
        for (var i = 0; i < plan.Count; i++)
        {
            var ring = Libbpf.CreateMap(RingBufferMap, "saker_ring", 0, 0, (uint)plan.Bytes, 0);
            if (ring < 0)
            {
                throw Refused($"create a ring buffer of {plan.Bytes} bytes", -ring);
            }

            rings.Add(ring);
        }
    }

    private void AssignRings(RingPlan plan)
    {
        var map = Libbpf.MapFd(Map("rings"));
        for (uint cpu = 0; cpu < cpus; cpu++)
        {
            var ring = rings[plan.RingOfCpu[(int)cpu]];
            if (Libbpf.UpdateElement(map, &cpu, &ring, 0) is var error and not 0)
            {
                throw Refused($"give CPU {cpu} its ring buffer", -error);
            }
        }
    }

    private void SetRegions(IReadOnlyList<OpenRegion> regions)
    {
        var map = Libbpf.MapFd(Map("regions"));
        foreach (var (number, (beginning, wanted, wantedFailed)) in regions.Index())
        {
            var key = new RegionKey { Bits = (uint)beginning.Length * 8 };
            Encoding.Latin1.GetBytes(beginning, key.Text);
            var region = new Region((ushort)number, (byte)wanted, (byte)wantedFailed);
            if (Libbpf.UpdateElement(map, &key, &region, 0) is var error and not 0)
            {
                throw Refused($"take the path {beginning}", -error);
            }
        }
    }

    /// <summary>The program of a hook: each is there twice, under this name for perf's tracepoints.</summary>
    private string NameOf(string hook) => steady is null ? hook : "steady_" + hook;

    private nint Map(string name) => Found(Libbpf.FindMap(opened, name), name);

    private nint Program(string name)
    {
        var program = Libbpf.NextProgram(opened, 0);
        while (program != 0 && Name(program) != name)
        {
            program = Libbpf.NextProgram(opened, program);
        }

        return Found(program, name);
    }

    private static nint Found(nint part, string name) =>
        part != 0 ? part : throw new EventSourceException($"The driver's object has no {name}: it is not of this program's build.");

    private static string Name(nint program) =>
        Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Libbpf.ProgramName(program)));

    private static EventSourceException Refused(string what, int error) =>
        new($"modern_ebpf: the kernel refuses to {what}: {Marshal.GetPInvokeErrorMessage(error)} ({error}).\n{Libbpf.Messages}".TrimEnd());
}
