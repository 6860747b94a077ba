/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What user space sets before the driver is loaded. Shared with DriverSettings.cs, where a test compares the layouts, and
 * with eng/verify-driver-qemu.c; so it includes nothing. */
#pragma once

/* Native numbers reach 547 with the calls that only x32 has. */
#define CALLS 576
#define SOCKETCALLS 32

/* The names of errors end here. Results below are no errors that rules could be asked about beforehand: what the kernel alone
 * uses, and numbers that some calls give back. */
#define LAST_ERROR 133

/* A system call that somebody wants: the event that it becomes and the program that fills it (0: nobody wants it). */
struct hooked_call {
	__u16 event;
	__u16 filler;
	/* Whether nobody can want one that failed. */
	__u16 drop_failed;
};

/* Bytes of a path that is held against the regions, its end included. Longer ones are told. */
#define REGION_BYTES 256

/* The beginning of paths, for a table that finds the longest. */
struct region_key {
	/* Bits of `text` that count. */
	__u32 bits;
	__u8 text[REGION_BYTES];
};

/* Paths whose longest beginning among all is the same. */
struct region {
	/* Which it is. */
	__u16 number;
	/* The classes of opens that somebody may want when they succeed, and when they fail: open_class() says which bit. */
	__u8 wanted;
	__u8 wanted_failed;
};

struct settings {
	/* Nanoseconds of the wall clock when the boot clock stood at 0. */
	__u64 wall_at_boot;
	/* Thread group whose events are left out, in the initial pid namespace; 0 for none. */
	__u32 self_tgid;
	/* Unread bytes in a ring from which on the reader is woken. */
	__u32 wake_bytes;
	__u32 drop_failed;
	/* Bytes of a data argument that are copied; 1 to MAX_TEXT, or 0 for none. */
	__u32 snap_length;
	/* CPUs that the machine may have. */
	__u32 cpus;
	/* Whether opens are held against the regions. */
	__u32 filter_opens;
	/* 0 where nothing preempts a hook: then all hooks of a CPU share one scratch. Else the number of CPUs: each hook has
	 * its own, since a task may be stopped in the midst of one hook while another task passes through another. */
	__u32 scratch_stride;
	/* By native number: of the 64-bit ABI (and x32), and of the 32-bit one. */
	struct hooked_call exits[2][CALLS];
	struct hooked_call enters[2][CALLS];
	struct hooked_call socketcall_exits[SOCKETCALLS];
	struct hooked_call socketcall_enters[SOCKETCALLS];
	/* By native number like above: what user space calls the calls that have no event of their own. */
	__u16 codes[2][CALLS];
};

/* Counted per CPU, read by the loader. Shared with DriverCounters.cs. */
struct counters {
	__u64 seen;
	__u64 ring_full;
	__u64 too_large;
	__u64 other;
	__u64 unreadable;
	__u64 truncated;
	__u64 filtered;
};
