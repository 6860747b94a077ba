/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
#include "kernel.h"
#include "settings.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* The longest event. Every value that a filler copies is at most MAX_TEXT long, so that a position that was masked to
 * EVENT_BYTES still has that much room behind it. */
#define EVENT_BYTES 65536
#define MAX_TEXT 4096

/* What the kernel calls. */
enum hook {
	hook_sys_exit,
	hook_sys_enter,
	hook_process_fork,
	hook_process_exec,
	hook_process_exit,
};

/* One system call on its way to a filler, and the event under construction. Who works with one has it for itself: up to
 * Linux 7.1, and behind perf's tracepoints, hooks run with preemption off, and nothing here runs in interrupts. Where hooks
 * of tp_btf are preempted (7.2 and later) each hook of a CPU has its own; the kernel keeps two tasks of one CPU from being
 * in the same hook, and a task within it from moving to another CPU. */
struct scratch {
	struct call {
		__u64 arguments[6];
		__s64 result;
		__u16 event;
		/* Of the call's own ABI. */
		__u16 number;
		/* What user space calls it; only of calls that have no event of their own. */
		__u16 code;
		bool compat;
		/* Pointers in memory are 4 bytes wide: compat, and x32. */
		bool narrow;
		/* Nobody can want it if it failed. */
		bool drop_failed;
	} call;
	/* A path under construction, and where it starts. The latter lies here and not in a register because the verifier
	 * would follow every way that it can get its value. */
	volatile __u32 path_start;
	/* Members of a list that went into the event. */
	volatile __u32 told;
	__u8 path[2 * MAX_TEXT];
	/* The path of an open. */
	struct region_key region;
	__u8 data[EVENT_BYTES + MAX_TEXT + 8];
};

const volatile struct settings settings = {};

/* Set by a reader that does not look by itself any more: the next event wakes it. Shared with ReaderBell.cs. */
volatile __u32 reader_rests;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
} exit_fillers SEC(".maps"), enter_fillers SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

/* The ring of each CPU; several may share one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

static __always_inline __u32 scratch_slot(enum hook hook)
{
	return bpf_get_smp_processor_id() + hook * settings.scratch_stride;
}

static __always_inline struct scratch *scratch_at(__u32 slot)
{
	return bpf_map_lookup_elem(&scratches, &slot);
}

static __always_inline struct scratch *this_scratch(enum hook hook)
{
	return scratch_at(scratch_slot(hook));
}

/* In one step: hooks of one CPU may stop one another. */
#define COUNT(member)                                                                        \
	do {                                                                                 \
		__u32 only = 0;                                                              \
		struct counters *counters = bpf_map_lookup_elem(&counted, &only);            \
		if (counters)                                                                \
			__sync_fetch_and_add(&counters->member, 1);                          \
	} while (0)

#define READ_KERNEL(into, address) bpf_probe_read_kernel(&(into), sizeof(into), (const void *)(address))
