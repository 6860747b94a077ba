/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The hooks: where calls come from. They find out which call it is and by which ABI it was made, lay out its arguments,
 * and hand it to the filler that user space named for it. A new call is a program in one of
 * the headers (shapes.h says how) and a row in SystemCalls.cs. */
#include "control.h"
#include "descriptors.h"
#include "exec.h"
#include "exit.h"
#include "ids.h"
#include "memory.h"
#include "messages.h"
#include "names.h"
#include "opens.h"
#include "queries.h"
#include "quota.h"
#include "sockets.h"
#include "transfer.h"
#include "waiting.h"

#define TS_COMPAT 2
#define X32_BIT 0x40000000
#define PF_IO_WORKER 0x10
#define PF_KTHREAD 0x00200000
#define IA32_SOCKETCALL 102
#define FIRST_X32_CALL 512

/* Events that hooks name themselves; all others come with the settings. */
enum {
	EVENT_PROCESS_EXIT = 186,
	EVENT_CLONE_EXIT = 223,
	EVENT_FORK_EXIT = 225,
	EVENT_VFORK_EXIT = 227,
	EVENT_EXECVE_EXIT = 293,
	EVENT_EXECVEAT_EXIT = 331,
	EVENT_CLONE3_EXIT = 335,
};

static __always_inline bool is_own(struct task_struct *task)
{
	return settings.self_tgid && BPF_CORE_READ(task, tgid) == settings.self_tgid;
}

/* Which call a set of registers means. */
struct identity {
	__u64 number;
	bool compat, narrow, known;
};

static __always_inline struct identity identify(struct task_struct *task, __u64 orig_ax)
{
	struct identity identity = {.number = (__u32)orig_ax};

	/* -1: no call, or one that a tracer or seccomp cancelled. */
	if (orig_ax == (__u64)-1)
		return identity;
	identity.compat = BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
	if (!identity.compat && (identity.number & X32_BIT)) {
		identity.number &= ~X32_BIT;
		identity.narrow = identity.number >= FIRST_X32_CALL;
	}
	identity.narrow |= identity.compat;
	barrier_var(identity.number);
	identity.known = identity.number < CALLS;
	return identity;
}

/* `READ` takes a register: directly where the verifier knows the pointer for the kernel's own, which a hook's argument is, and
 * by a helper otherwise. */
#define READ_ARGUMENTS(call, regs, READ)                                                     \
	do {                                                                                 \
		if ((call)->compat) {                                                        \
			(call)->arguments[0] = (__u32)READ(regs, bx);                        \
			(call)->arguments[1] = (__u32)READ(regs, cx);                        \
			(call)->arguments[2] = (__u32)READ(regs, dx);                        \
			(call)->arguments[3] = (__u32)READ(regs, si);                        \
			(call)->arguments[4] = (__u32)READ(regs, di);                        \
			(call)->arguments[5] = (__u32)READ(regs, bp);                        \
		} else {                                                                     \
			(call)->arguments[0] = READ(regs, di);                               \
			(call)->arguments[1] = READ(regs, si);                               \
			(call)->arguments[2] = READ(regs, dx);                               \
			(call)->arguments[3] = READ(regs, r10);                              \
			(call)->arguments[4] = READ(regs, r8);                               \
			(call)->arguments[5] = READ(regs, r9);                               \
		}                                                                            \
	} while (0)

#define DIRECTLY(regs, name) ((regs)->name)

/* How many arguments each call behind socketcall has. */
static __always_inline __u32 socketcall_words(__u32 which)
{
	switch (which) {
	case 4:  /* listen */
	case 13: /* shutdown */
		return 2;
	case 8:  /* socketpair */
	case 9:  /* send */
	case 10: /* recv */
	case 18: /* accept4 */
	case 20: /* sendmmsg */
		return 4;
	case 14: /* setsockopt */
	case 15: /* getsockopt */
	case 19: /* recvmmsg */
		return 5;
	case 11: /* sendto */
	case 12: /* recvfrom */
		return 6;
	default:
		return 3;
	}
}

/* The one 32-bit call behind which all socket calls stand: the arguments lie in memory. */
static __always_inline const volatile struct hooked_call *split_socketcall(struct call *call,
									   const volatile struct hooked_call *table)
{
	__u32 which = call->arguments[0], words[6] = {};
	__u64 array = call->arguments[1];

	if (which >= SOCKETCALLS || !table[which].filler)
		return NULL;
	/* Not always six: they may reach to the end of the memory. */
	bpf_probe_read_user(words, socketcall_words(which) * sizeof(words[0]), (void *)array);
	for (int i = 0; i < 6; i++)
		call->arguments[i] = words[i];
	return &table[which];
}

/* 0 is what a made child and a started program come back with: the scheduler's hooks told of both, earlier and better. */
static __always_inline bool is_told_by_scheduler(__u16 event)
{
	switch (event) {
	case EVENT_CLONE_EXIT:
	case EVENT_CLONE3_EXIT:
	case EVENT_FORK_EXIT:
	case EVENT_VFORK_EXIT:
	case EVENT_EXECVE_EXIT:
	case EVENT_EXECVEAT_EXIT:
		return 1;
	default:
		return 0;
	}
}

/* Whether the rules were asked beforehand, and none can match this call. Ends of opens are looked at where their starts are known. */
static __always_inline bool is_filtered(const volatile struct hooked_call *hooked, __s64 result)
{
	if (!hooked->drop_failed || !is_failure(result) || (settings.filter_opens && opens_path(hooked->event)))
		return 0;
	COUNT(filtered);
	return 1;
}

static __always_inline __u16 prepare(enum hook hook, __u64 orig_ax, struct pt_regs *regs, __s64 result,
				     const volatile struct hooked_call table[2][CALLS],
				     const volatile struct hooked_call *socketcalls)
{
	struct task_struct *task;
	struct scratch *scratch;
	struct identity identity;
	const volatile struct hooked_call *hooked;
	struct call *call;
	__u64 number = (__u32)orig_ax & ~X32_BIT;

	/* Most calls are nobody's concern in either ABI; they leave here. */
	barrier_var(number);
	if (number >= CALLS || !(table[0][number].filler | table[1][number].filler))
		return 0;
	task = current_task();
	identity = identify(task, orig_ax);
	if (!identity.known || identity.number >= CALLS)
		return 0;
	hooked = identity.compat ? &table[1][identity.number] : &table[0][identity.number];
	if (!hooked->filler || is_own(task))
		return 0;
	if (settings.drop_failed && result < 0 && result != -EINPROGRESS)
		return 0;
	if (result == 0 && is_told_by_scheduler(hooked->event))
		return 0;
	if (is_filtered(hooked, result))
		return 0;
	scratch = this_scratch(hook);
	if (!scratch) {
		COUNT(other);
		return 0;
	}
	call = &scratch->call;
	call->compat = identity.compat;
	call->narrow = identity.narrow;
	call->result = result;
	READ_ARGUMENTS(call, regs, DIRECTLY);
	if (identity.compat && identity.number == IA32_SOCKETCALL) {
		hooked = split_socketcall(call, socketcalls);
		if (!hooked || is_filtered(hooked, result))
			return 0;
	}
	call->event = hooked->event;
	call->drop_failed = hooked->drop_failed;
	call->number = identity.number;
	call->code = identity.compat ? settings.codes[1][identity.number] : settings.codes[0][identity.number];
	return hooked->filler;
}

static __always_inline int at_exit(void *context, struct pt_regs *regs, __s64 result)
{
	__u16 filler = prepare(hook_sys_exit, regs->orig_ax, regs, result, settings.exits, settings.socketcall_exits);

	if (filler) {
		bpf_tail_call(context, &exit_fillers, filler);
		COUNT(other);
	}
	return 0;
}

static __always_inline int at_enter(void *context, struct pt_regs *regs, __u64 number)
{
	__u16 filler = prepare(hook_sys_enter, number, regs, 0, settings.enters, settings.socketcall_enters);

	if (filler) {
		bpf_tail_call(context, &enter_fillers, filler);
		COUNT(other);
	}
	return 0;
}

SEC("tp_btf/sys_exit")
int sys_exit(__u64 *context)
{
	return at_exit(context, (struct pt_regs *)context[0], context[1]);
}

SEC("tp_btf/sys_enter")
int sys_enter(__u64 *context)
{
	return at_enter(context, (struct pt_regs *)context[0], context[1]);
}

FILLER(sys_exit, clone_exit, 21, fill_clone_exit)
FILLER(sys_exit, clone3_exit, 21, fill_clone3_exit)
FILLER(sys_exit, connect_exit, 4, fill_connect_exit)
FILLER_UNLESS(sys_exit, creat_exit, 6, fill_creat_exit, is_unwanted_end)
FILLER(sys_exit, execve_exit, 31, fill_execve_exit)
FILLER(sys_exit, execveat_exit, 30, fill_execveat_exit)
FILLER(sys_exit, fork_exit, 21, fill_fork_exit)
FILLER_UNLESS(sys_exit, open_exit, 6, fill_open_exit, is_unwanted_end)
FILLER_UNLESS(sys_exit, openat_exit, 7, fill_openat_exit, is_unwanted_end)
FILLER_UNLESS(sys_exit, openat2_exit, 8, fill_openat2_exit, is_unwanted_end)

FILLER(sys_enter, connect_enter, 2, fill_connect_enter)
FILLER_UNLESS(sys_enter, creat_enter, 2, fill_creat_enter, is_unwanted_start)
FILLER_UNLESS(sys_enter, open_enter, 3, fill_open_enter, is_unwanted_start)
FILLER_UNLESS(sys_enter, openat_enter, 4, fill_openat_enter, is_unwanted_start)
FILLER_UNLESS(sys_enter, openat2_enter, 5, fill_openat2_enter, is_unwanted_start)

/* The child of a fork, before it runs. How it was made stands in its registers, which are a copy of its maker's. */
static __always_inline int at_fork(struct task_struct *child)
{
	struct pt_regs *regs;
	struct identity identity;
	struct call *call;
	const volatile struct hooked_call *hooked;
	struct event event;
	__u64 flags = 0;

	if (BPF_CORE_READ(child, flags) & (PF_KTHREAD | PF_IO_WORKER) || is_own(child) || !BPF_CORE_READ(child, mm))
		return 0;
	if (BPF_CORE_READ(current_task(), flags) & PF_KTHREAD)
		return 0;
	regs = (struct pt_regs *)(BPF_CORE_READ(child, thread.sp) + bpf_core_field_offset(struct fork_frame, regs));
	identity = identify(child, BPF_CORE_READ(regs, orig_ax));
	if (!identity.known || identity.number >= CALLS)
		return 0;
	hooked = identity.compat ? &settings.exits[1][identity.number] : &settings.exits[0][identity.number];
	if (!hooked->filler || !event_begin(&event, hook_process_fork, 21))
		return 0;
	call = &event.scratch->call;
	call->compat = identity.compat;
	call->event = hooked->event;
	READ_ARGUMENTS(call, regs, BPF_CORE_READ);
	switch (hooked->event) {
	case EVENT_CLONE_EXIT:
		flags = argument(call, 0) & 0xffffffff;
		break;
	case EVENT_CLONE3_EXIT:
		flags = clone3_flags(call);
		break;
	case EVENT_FORK_EXIT:
	case EVENT_VFORK_EXIT:
		break;
	default:
		return 0;
	}
	fill_child(&event, child, flags);
	return event_send(&event, BPF_CORE_READ(child, pid));
}

static __always_inline int at_exec(const char *filename)
{
	struct event event;

	if (is_own(current_task()) || !event_begin(&event, hook_process_exec, 31))
		return 0;
	event.scratch->call.event = EVENT_EXECVE_EXIT;
	fill_exec_done(&event, filename);
	return event_send(&event, bpf_get_current_pid_tgid());
}

static __always_inline int at_end(struct task_struct *task)
{
	struct event event;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD || is_own(task) || !event_begin(&event, hook_process_exit, 5))
		return 0;
	event.scratch->call.event = EVENT_PROCESS_EXIT;
	fill_process_exit(&event, task);
	forget_start(BPF_CORE_READ(task, pid));
	return event_send(&event, BPF_CORE_READ(task, pid));
}

SEC("tp_btf/sched_process_fork")
int process_fork(__u64 *context)
{
	return at_fork((struct task_struct *)context[1]);
}

SEC("tp_btf/sched_process_exec")
int process_exec(__u64 *context)
{
	return at_exec(BPF_CORE_READ((struct linux_binprm *)context[2], filename));
}

SEC("tp_btf/sched_process_exit")
int process_exit(__u64 *context)
{
	return at_end((struct task_struct *)context[0]);
}

/* The same hooks behind perf's tracepoints, for kernels that preempt programs of tp_btf (7.2 and later): there the kernel
 * skips a program while another task of the CPU stands within it. Around these it turns preemption off. */
static __always_inline struct pt_regs *current_registers(void)
{
	return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

SEC("tracepoint/raw_syscalls/sys_exit")
int steady_sys_exit(struct trace_event_raw_sys_exit *context)
{
	return at_exit(context, current_registers(), context->ret);
}

SEC("tracepoint/raw_syscalls/sys_enter")
int steady_sys_enter(struct trace_event_raw_sys_enter *context)
{
	return at_enter(context, current_registers(), context->id);
}

extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;

SEC("tracepoint/sched/sched_process_fork")
int steady_process_fork(struct trace_event_raw_sched_process_fork *context)
{
	struct task_struct *child = bpf_task_from_pid(context->child_pid);

	if (!child) {
		COUNT(other);
		return 0;
	}
	at_fork(child);
	bpf_task_release(child);
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int steady_process_exec(struct trace_event_raw_sched_process_exec *context)
{
	return at_exec((const char *)context + (context->__data_loc_filename & 0xffff));
}

SEC("tracepoint/sched/sched_process_exit")
int steady_process_exit(void *context)
{
	return at_end(current_task());
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
