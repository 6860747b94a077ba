using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Events;

namespace Saker.Detector.Kernel.Tests;

/// <summary>What the driver is asked for, and that it brings it.</summary>
public sealed class DriverInterest
{
    private static readonly HashSet<string> Nothing = [];

    [Fact]
    public void Every_current_call_of_the_event_table_can_be_delivered()
    {
        var undelivered = EventTable.All
            .Where(definition => !definition.IsEnter && !definition.IsOld && (definition.Category & EventCategory.Syscall) != 0)
            .Select(definition => definition.Name)
            .Except(InterestSet.Deliverable);
        // The generic event stands for many calls, which are named one by one.
        Assert.Equal(["syscall"], undelivered);
    }

    [Fact]
    public void Calls_that_only_rules_need_are_asked_for_when_a_rule_names_them()
    {
        int read = Code("read"), getpid = GenericCalls.All.Single(call => call.Name == "getpid").Code;
        Assert.DoesNotContain(read, InterestSet.For(Nothing));
        Assert.DoesNotContain(getpid, InterestSet.For(Nothing));
        Assert.Contains(read, InterestSet.For(new HashSet<string> { "read" }));
        Assert.Contains(getpid, InterestSet.For(new HashSet<string> { "getpid" }));
        Assert.Superset(new HashSet<int> { read, getpid }, InterestSet.For(null).ToHashSet());
    }

    [Fact]
    public void Calls_that_the_state_needs_are_always_asked_for()
    {
        var asked = InterestSet.For(Nothing);
        var modifying = SystemCalls.All.Where(call => (EventTable.Find(call.ExitEvent)!.Flags & EventFlags.ModifiesState) != 0).ToList();
        Assert.True(modifying.Count > 50);
        Assert.All(modifying, call => Assert.Contains(call.Code, asked));
    }

    [Fact]
    public void The_base_set_is_what_the_configuration_says()
    {
        var rules = new HashSet<string> { "openat", "read" };
        var usual = InterestSet.For(rules);
        Assert.Equal(usual.Order(), InterestSet.For(rules, new()).Order());

        int[] alone = [.. SystemCalls.Exits, Code("openat"), Code("read"), Code("close")];
        var chosen = new BaseSyscallsOptions { CustomSet = ["close", "openat"] };
        Assert.Equal(alone.Order(), InterestSet.For(rules, chosen).Order());
        Assert.Equal(usual.Append(Code("write")).Order(), InterestSet.For(rules, new() { CustomSet = ["write"], Repair = true }).Order());
        Assert.Equal(usual.Except([Code("read"), Code("dup")]).Order(), InterestSet.For(rules, new() { CustomSet = ["!read", "!dup"] }).Order());
        Assert.Equal(InterestSet.For(null).Except([Code("read")]).Order(), InterestSet.For(rules, new() { All = true, CustomSet = ["!read"] }).Order());
    }

    [Fact]
    public void A_call_that_does_not_exist_is_a_mistake_in_the_base_set()
    {
        var faults = new BaseSyscallsOptions { CustomSet = ["opneat", "!close", "!clsoe"] }.Validate().ToList();
        Assert.Equal(["'opneat' is no system call; did you mean 'openat'?", "'clsoe' is no system call; did you mean 'close'?"], faults.Select(static fault => fault.Message));
    }

    [Fact]
    public void Only_what_is_no_call_of_this_machine_cannot_be_delivered()
    {
        string[] others =
        [
            // Of other architectures.
            "multiplexer", "pciconfig_iobase", "pciconfig_read", "pciconfig_write", "riscv_flush_icache", "riscv_hwprobe", "rtas",
            "s390_guarded_storage", "s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr", "s390_sthyi",
            "spu_create", "spu_run", "subpage_prot", "swapcontext", "switch_endian", "sync_file_range2", "sys_debug_setcontext",
            // Told under the name of the call without a number, or as the calls behind it.
            "fcntl64", "sendfile64", "setgid32", "setresgid32", "setresuid32", "setuid32", "socketcall",
            // Never return; the end of a thread is an event of its own.
            "exit", "exit_group",
            // No calls.
            "na_1", "page_fault_kernel", "page_fault_user", "sched_process_exit", "sched_switch", "signal_deliver", "timerfd", "unknown",
        ];
        var codes = SystemCalls.All.Select(call => call.Code).Concat(GenericCalls.All.Select(call => call.Code)).ToHashSet();
        Assert.Equal(others.Order(), EventTable.SystemCalls.Where(call => !codes.Contains(call.Number)).Select(call => call.Name).Order());
    }

    [Fact]
    public void Newest_calls_are_told_when_a_rule_names_them()
    {
        var newest = GenericCalls.All.Where(call => call.Native64 > 450).ToList();
        Assert.Contains(newest, call => call.Name == "fchmodat2");
        Assert.Subset(InterestSet.Deliverable.ToHashSet(), newest.Select(call => call.Name).ToHashSet());
        var act = Live.Run("newest", Live.Settings with { SystemCalls = InterestSet.For(newest.Select(call => call.Name).ToHashSet()) });
        Assert.Equal(
            newest.Select(call => ((long)call.Code, (long)call.Native64)).Order(),
            act.Own("syscall").Select(seen => (seen["ID"], seen["nativeID"])).Order());
    }

    [Fact]
    public void Read_and_mmap_are_told_live_only_when_a_rule_names_them()
    {
        var named = Live.Run("files", Live.Settings with { SystemCalls = InterestSet.For(new HashSet<string> { "read", "mmap" }) });
        Assert.NotEmpty(named.Own("read"));
        Assert.NotEmpty(named.Own("mmap"));
        var unnamed = Live.Run("files", Live.Settings with { SystemCalls = InterestSet.For(Nothing) });
        Assert.NotEmpty(unnamed.Own("open"));
        Assert.DoesNotContain(unnamed.All, seen => seen.Type is "read" or "mmap");
    }

    private static int Code(string name) => SystemCalls.All.Single(call => call.Name == name).Code;
}
