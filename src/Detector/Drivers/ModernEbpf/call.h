/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What a filler may know of its call. Which hook brought it, and from where the arguments came, stays in hooks. */
#pragma once
#include "maps.h"

static __always_inline __u64 argument(const struct call *call, int index)
{
	return call->arguments[index];
}

static __always_inline __s64 argument_s32(const struct call *call, int index)
{
	return (__s32)call->arguments[index];
}

static __always_inline __u32 argument_u32(const struct call *call, int index)
{
	return call->arguments[index];
}

/* A pointer that lies in the process's memory, in the width of the call's ABI. 0 when it cannot be read. */
static __always_inline __u64 user_pointer(const struct call *call, __u64 array, __u32 index)
{
	__u64 wide = 0;
	__u32 slim = 0;

	if (call->narrow) {
		bpf_probe_read_user(&slim, sizeof(slim), (void *)(array + index * sizeof(slim)));
		return slim;
	}
	bpf_probe_read_user(&wide, sizeof(wide), (void *)(array + index * sizeof(wide)));
	return wide;
}

static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

static __always_inline struct file *file_of(__s64 fd)
{
	struct fdtable *table = BPF_CORE_READ(current_task(), files, fdt);
	struct file *file = NULL;

	if (fd < 0 || fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	READ_KERNEL(file, BPF_CORE_READ(table, fd) + fd);
	return file;
}
