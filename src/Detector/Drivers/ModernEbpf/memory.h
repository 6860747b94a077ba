/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls on the memory of a process. */
#pragma once
#include "process.h"
#include "shapes.h"

#define IA32_OLD_MMAP 90

static __always_inline __u32 protection(__u32 kernel)
{
	__u32 flags = kernel & 15; /* PROT_READ, PROT_WRITE, PROT_EXEC, PROT_SEM */

	if (kernel & 0x01000000)
		flags |= 16; /* PROT_GROWSDOWN */
	if (kernel & 0x02000000)
		flags |= 32; /* PROT_GROWSUP */
	return flags;
}

static __always_inline __u32 mapping_flags(__u32 kernel)
{
	__u32 flags = kernel & 3; /* MAP_SHARED, MAP_PRIVATE */

#define FLAG(from, to)                                                                       \
	if (kernel & (from))                                                                 \
	flags |= (to)
	FLAG(0x00010, 4);     /* MAP_FIXED */
	FLAG(0x00020, 8);     /* MAP_ANONYMOUS */
	FLAG(0x00040, 16);    /* MAP_32BIT */
	FLAG(0x04000, 64);    /* MAP_NORESERVE */
	FLAG(0x08000, 128);   /* MAP_POPULATE */
	FLAG(0x10000, 256);   /* MAP_NONBLOCK */
	FLAG(0x00100, 512);   /* MAP_GROWSDOWN */
	FLAG(0x00800, 1024);  /* MAP_DENYWRITE */
	FLAG(0x01000, 2048);  /* MAP_EXECUTABLE */
	FLAG(0x02000, 16384); /* MAP_LOCKED */
#undef FLAG
	return flags;
}

static __always_inline void put_result_and_memory(struct event *event, const struct call *call)
{
	put_result(event, call);
	put_memory(event, BPF_CORE_READ(current_task(), mm));
}

EXIT_EVENT(brk_exit, 5, {
	put_result_and_memory(event, call);
	put_u64(event, argument(call, 0));
})

/* mmap, mmap2. The first 32-bit mmap has its arguments in memory. */
EXIT_EVENT(mmap_exit, 10, {
	__u32 words[6] = {};
	bool in_memory = call->compat && call->number == IA32_OLD_MMAP;

	if (in_memory && bpf_probe_read_user(words, sizeof(words), (void *)argument(call, 0)))
		COUNT(unreadable);
	put_result_and_memory(event, call);
	put_u64(event, in_memory ? words[0] : argument(call, 0));
	put_u64(event, in_memory ? words[1] : argument(call, 1));
	put_u32(event, protection(in_memory ? words[2] : argument(call, 2)));
	put_u32(event, mapping_flags(in_memory ? words[3] : argument(call, 3)));
	put_s64(event, in_memory ? (__s32)words[4] : argument_s32(call, 4));
	put_u64(event, in_memory ? words[5] : argument(call, 5));
})

EXIT_EVENT(munmap_exit, 6, {
	put_result_and_memory(event, call);
	put_u64(event, argument(call, 0));
	put_u64(event, argument(call, 1));
})

/* mlock, munlock. */
EXIT_EVENT(mlock_exit, 3, {
	put_result(event, call);
	put_u64(event, argument(call, 0));
	put_u64(event, argument(call, 1));
})

EXIT_EVENT(mprotect_exit, 4, {
	fill_mlock_exit(event, call);
	put_u32(event, protection(argument(call, 2)));
})

EXIT_EVENT(mlock2_exit, 4, {
	fill_mlock_exit(event, call);
	put_u32(event, argument(call, 2) & 1);
})

EXIT_EVENT(mlockall_exit, 2, {
	put_result(event, call);
	put_u32(event, argument(call, 0) & 7);
})
