/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What events on processes say of a task: ids, memory, arguments, cgroups. */
#pragma once
#include "call.h"
#include "event.h"

#define RLIMIT_NOFILE 7
#define MAX_CGROUP_DEPTH 16
#define PAGE_KIB 4

/* CO-RE moves an access to a member of an array only when the index is a constant. An index that comes with the call has to
 * be counted out, with the running kernel's size of a member. */
#define MEMBER_AT(type, array, index) ((type *)((char *)(array) + (index) * bpf_core_type_size(type)))

static __always_inline struct pid_namespace *pid_namespace_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);

	return BPF_CORE_READ(MEMBER_AT(struct upid, &pid->numbers, level), ns);
}

/* The number of an id as the pid namespace at `level` sees it; 0 for the initial one. */
static __always_inline __s64 number_at(struct pid *pid, __u32 level)
{
	if (!pid || level > BPF_CORE_READ(pid, level))
		return 0;
	return BPF_CORE_READ(MEMBER_AT(struct upid, &pid->numbers, level), nr);
}

static __always_inline __u32 own_level(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_pid, level);
}

/* `type` is a constant. */
#define group_pid(task, type) BPF_CORE_READ(task, signal, pids[type])

/* Kinds of pages that a process has: enum in linux/mm_types_task.h. */
enum {
	FILE_PAGES,
	ANONYMOUS_PAGES,
	SWAPPED_PAGES,
	SHARED_PAGES,
};

/* CPUs whose share of a counter is looked at. Of more only the sum is known, which lags behind. */
#define MAX_SHARES 64

/* Something of each CPU, by which it can be found where a CPU's variables lie. The kernel has that in a table of its own,
 * whose address is secret in many. */
struct place {
	/* Its own address, and that of the map: written, and read again as plain numbers. */
	volatile __u64 here, map;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps");

/* What is to be added to the address of a per-CPU variable; 0 for a CPU that cannot be. */
static __always_inline __u64 cpu_offset(__u32 cpu)
{
	__u32 only = 0;
	struct place *place = bpf_map_lookup_percpu_elem(&places, &only, cpu);
	struct bpf_array *map;

	if (!place)
		return 0;
	place->here = (__u64)place;
	place->map = (__u64)&places;
	map = (struct bpf_array *)place->map;
	return place->here - (__u64)BPF_CORE_READ(map, pptrs[0]);
}

/* What the CPUs have counted and not yet added to the sum, from this CPU on. */
LOOP long pages_of_cpus(__u64 of_counter)
{
	struct percpu_counter *counter = (struct percpu_counter *)of_counter;
	__u32 first = bpf_get_smp_processor_id();
	char *shares;
	long pages = 0;

	/* Kernels up to 6.1 look at this function too, though they never call it, and before 5.18 they lack the helper. One
	 * for a single CPU has no shares. */
	if (bpf_core_type_exists(struct mm_rss_stat___old) || !bpf_core_field_exists(counter->counters))
		return 0;
	shares = (char *)BPF_CORE_READ(counter, counters);
	for (__u32 i = 0; i < MAX_SHARES; i++) {
		__u32 cpu = first + i;
		__u64 offset;
		__s32 share = 0;

		if (i >= settings.cpus)
			break;
		if (cpu >= settings.cpus)
			cpu -= settings.cpus;
		offset = cpu_offset(cpu);
		if (offset)
			READ_KERNEL(share, shares + offset);
		pages += share;
	}
	return pages;
}

static __always_inline __u32 rss_pages(struct mm_struct *mm, int kind)
{
	struct percpu_counter *counter = MEMBER_AT(struct percpu_counter, &mm->rss_stat, kind);
	__s64 pages;

	if (bpf_core_type_exists(struct mm_rss_stat___old))
		pages = BPF_CORE_READ(MEMBER_AT(atomic_long_t, &((struct mm_struct___old *)mm)->rss_stat, kind), counter);
	else
		pages = BPF_CORE_READ(counter, count) + pages_of_cpus((__u64)counter);
	return pages > 0 ? pages : 0;
}

/* vm_size, vm_rss, vm_swap in KiB. */
static __always_inline void put_memory(struct event *event, struct mm_struct *mm)
{
	__u32 total = 0, resident = 0, swapped = 0;

	if (mm) {
		total = BPF_CORE_READ(mm, total_vm);
		resident = rss_pages(mm, FILE_PAGES) + rss_pages(mm, ANONYMOUS_PAGES) + rss_pages(mm, SHARED_PAGES);
		swapped = rss_pages(mm, SWAPPED_PAGES);
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
LOOP long write_cgroup_path(__u64 of_node, __u32 slot, __u32 position)
{
	struct kernfs_node *node = (struct kernfs_node *)of_node;
	struct scratch *scratch = scratch_at(slot);

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
	length = write_cgroup_path((__u64)node, event->slot, event->position + used + label_size);
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
