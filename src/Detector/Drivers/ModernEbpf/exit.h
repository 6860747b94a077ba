/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The end of a thread. */
#pragma once
#include "process.h"

#define PF_EXITING 4
#define MAX_THREADS_LOOKED_AT 16
#define MAX_ANCESTORS_LOOKED_AT 16

/* A thread of the group that is not on its way out; 0 for none among the first few. */
static __always_inline __s64 living_thread(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct list_head *head = &signal->thread_head;
	struct list_head *node = BPF_CORE_READ(head, next);

	for (int i = 0; i < MAX_THREADS_LOOKED_AT; i++) {
		struct task_struct *thread;

		if (!node || node == head)
			break;
		thread = (struct task_struct *)((char *)node - bpf_core_field_offset(struct task_struct, thread_node));
		if (!(BPF_CORE_READ(thread, flags) & PF_EXITING))
			return BPF_CORE_READ(thread, pid);
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

/* Who will get the children of a thread that ends: a sibling thread, the nearest ancestor that asked for orphans, or the
 * namespace's init. 0 when there are no children. */
static __always_inline __s64 reaper(struct task_struct *task)
{
	struct list_head *children = &task->children;
	struct task_struct *init, *ancestor = task;
	struct pid_namespace *namespace;
	struct signal_struct *signal;
	__s64 tid;

	if (BPF_CORE_READ(children, next) == children)
		return 0;
	tid = living_thread(task);
	if (tid)
		return tid;
	namespace = pid_namespace_of(task);
	init = BPF_CORE_READ(namespace, child_reaper);
	signal = BPF_CORE_READ(task, signal);
	if (BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper)) {
		for (int i = 0; i < MAX_ANCESTORS_LOOKED_AT; i++) {
			ancestor = BPF_CORE_READ(ancestor, real_parent);
			if (!ancestor || ancestor == init || pid_namespace_of(ancestor) != namespace)
				break;
			signal = BPF_CORE_READ(ancestor, signal);
			if (!BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
				continue;
			tid = living_thread(ancestor);
			if (tid)
				return tid;
		}
	}
	return BPF_CORE_READ(init, pid);
}

static __always_inline void fill_process_exit(struct event *event, struct task_struct *task)
{
	int status = BPF_CORE_READ(task, exit_code);

	put_s64(event, status);
	put_s64(event, (status >> 8) & 0xff);
	put_u8(event, status & 0x7f);
	put_u8(event, (status & 0x80) != 0);
	put_s64(event, reaper(task));
}
