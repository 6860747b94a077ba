/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What events on processes say of a task: ids, memory, arguments, cgroups. */
#pragma once
#include "call.h"
#include "event.h"

#define RLIMIT_NOFILE 7
#define MAX_CGROUP_DEPTH 16
#define PAGE_KIB 4

static __always_inline struct pid_namespace *pid_namespace_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid last = {};
	__u32 level = BPF_CORE_READ(pid, level);

	bpf_probe_read_kernel(&last, sizeof(last),
			      (char *)&pid->numbers +
				      level * bpf_core_type_size(struct upid));
	return last.ns;
}

/* The number of an id as the pid namespace at `level` sees it; 0 for the initial one. */
static __always_inline __s64 number_at(struct pid *pid, __u32 level)
{
	struct upid at = {};

	if (!pid || level > BPF_CORE_READ(pid, level))
		return 0;
	bpf_probe_read_kernel(&at, sizeof(at),
			      (char *)&pid->numbers +
				      level * bpf_core_type_size(struct upid));
	return at.nr;
}

static __always_inline __u32 own_level(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_pid, level);
}

static __always_inline struct pid *group_pid(struct task_struct *task, enum pid_type type)
{
	return BPF_CORE_READ(task, signal, pids[type]);
}

static __always_inline __u32 rss_pages(struct mm_struct *mm, int counter)
{
	__s64 pages;

	if (bpf_core_type_exists(struct mm_rss_stat___old))
		pages = BPF_CORE_READ((struct mm_struct___old *)mm, rss_stat.count[counter].counter);
	else
		pages = BPF_CORE_READ(mm, rss_stat[counter].count);
	return pages > 0 ? pages : 0;
}

/* vm_size, vm_rss, vm_swap in KiB. */
static __always_inline void put_memory(struct event *event, struct mm_struct *mm)
{
	__u32 total = 0, resident = 0, swapped = 0;

	if (mm) {
		total = BPF_CORE_READ(mm, total_vm);
		resident = rss_pages(mm, 0) + rss_pages(mm, 1) + rss_pages(mm, 3);
		swapped = rss_pages(mm, 2);
	}
	put_u32(event, total * PAGE_KIB);
	put_u32(event, resident * PAGE_KIB);
	put_u32(event, swapped * PAGE_KIB);
}

/* Texts that lie one behind the other in the process, up to `end`; the last one is ended where it is cut. */
static __always_inline void put_user_texts(struct event *event, unsigned long start, unsigned long end)
{
	__u64 size = end > start ? end - start : 0;

	if (size > MAX_TEXT) {
		size = MAX_TEXT;
		COUNT(truncated);
	}
	if (!size) {
		put_absent(event);
		return;
	}
	/* Tells the verifier 1 to MAX_TEXT. */
	size = ((size - 1) & (MAX_TEXT - 1)) + 1;
	if (bpf_probe_read_user(event_room(event), size, (void *)start)) {
		COUNT(unreadable);
		put_absent(event);
		return;
	}
	*room_behind(event, size - 1) = 0;
	put_length(event, size);
}

/* exe and args: the first argument and all others, from the memory of the current process. */
static __always_inline void put_own_arguments(struct event *event, struct mm_struct *mm)
{
	unsigned long start = mm ? BPF_CORE_READ(mm, arg_start) : 0;
	unsigned long end = mm ? BPF_CORE_READ(mm, arg_end) : 0;
	__u32 before = event->position;

	put_user_text(event, start);
	put_user_texts(event, start + (event->position - before), end);
}

static __always_inline void put_comm(struct event *event, struct task_struct *task)
{
	put_kernel_text(event, &task->comm);
}

static __always_inline struct kernfs_node *node_above(struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ((struct kernfs_node___old *)node, parent);
}

/* The path of a cgroup, with its ending zero. */
LOOP long write_cgroup_path(__u64 of_node, __u32 position)
{
	struct kernfs_node *node = (struct kernfs_node *)of_node;
	struct scratch *scratch = this_scratch();

	if (!scratch)
		return 0;
	path_begin(scratch);
	for (int i = 0; i < MAX_CGROUP_DEPTH; i++) {
		struct kernfs_node *above = node_above(node);
		const char *name = BPF_CORE_READ(node, name);
		long size;

		if (!above)
			goto whole;
		/* How long a name is shows only when it was read. */
		size = bpf_probe_read_kernel_str(&scratch->path[MAX_TEXT], 256, name);
		if (size <= 0 || !path_prepend(scratch, name, size - 1))
			break;
		node = above;
	}
	COUNT(truncated);
whole:
	if (path_is_empty(scratch))
		path_prepend(scratch, NULL, 0);
	return path_write(scratch, position);
}

/* One "subsystem=path" with its ending zero; returns the bytes used. */
static __always_inline __u32 append_cgroup(struct event *event, __u32 used, struct css_set *set, int subsystem,
					   const char *label, __u32 label_size)
{
	struct cgroup_subsys_state *state = NULL;
	struct kernfs_node *node;
	long length;

	READ_KERNEL(state, (struct cgroup_subsys_state **)&set->subsys + subsystem);
	node = state ? BPF_CORE_READ(state, cgroup, kn) : NULL;
	if (!node)
		return used;
	bpf_probe_read_kernel(room_behind(event, used), label_size, label);
	length = write_cgroup_path((__u64)node, event->position + used + label_size);
	return length > 0 && length <= MAX_TEXT ? used + label_size + length : used;
}

#define APPEND_CGROUP(subsystem, label)                                                      \
	do {                                                                                 \
		if (bpf_core_enum_value_exists(enum cgroup_subsys_id, subsystem))            \
			used = append_cgroup(event, used, set,                               \
					     bpf_core_enum_value(enum cgroup_subsys_id, subsystem), label, \
					     sizeof(label) - 1);                             \
	} while (0)

static __always_inline void put_cgroups(struct event *event, struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	__u32 used = 0;

	APPEND_CGROUP(cpuset_cgrp_id, "cpuset=");
	APPEND_CGROUP(cpu_cgrp_id, "cpu=");
	APPEND_CGROUP(cpuacct_cgrp_id, "cpuacct=");
	APPEND_CGROUP(io_cgrp_id, "io=");
	APPEND_CGROUP(memory_cgrp_id, "memory=");
	put_length(event, used);
}

/* tid, pid, ptid, cwd, fdlimit, page faults, memory, comm: what exec and clone say in the same order. The working
 * directory is absent: user space follows it. */
static __always_inline void put_task(struct event *event, struct task_struct *task)
{
	put_s64(event, BPF_CORE_READ(task, pid));
	put_s64(event, BPF_CORE_READ(task, tgid));
	put_s64(event, BPF_CORE_READ(task, real_parent, pid));
	put_absent(event);
	put_u64(event, BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur));
	put_u64(event, BPF_CORE_READ(task, maj_flt));
	put_u64(event, BPF_CORE_READ(task, min_flt));
	put_memory(event, BPF_CORE_READ(task, mm));
	put_comm(event, task);
	put_cgroups(event, task);
}
