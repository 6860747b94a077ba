/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* fork, vfork, clone, clone3: told for the child when it is made, and for the caller at the call's exit. */
#pragma once
#include "process.h"

#define CHILD_IN_PID_NAMESPACE 0x20000000

static __always_inline __u32 clone_flags(__u64 kernel)
{
	__u32 flags = 0;

#define FLAG(from, to)                                                                       \
	if (kernel & (from))                                                                 \
	flags |= (to)
	FLAG(0x00000400, 1);          /* CLONE_FILES */
	FLAG(0x00000200, 2);          /* CLONE_FS */
	FLAG(0x80000000, 4);          /* CLONE_IO */
	FLAG(0x08000000, 8);          /* CLONE_NEWIPC */
	FLAG(0x40000000, 16);         /* CLONE_NEWNET */
	FLAG(0x00020000, 32);         /* CLONE_NEWNS */
	FLAG(0x20000000, 64);         /* CLONE_NEWPID */
	FLAG(0x04000000, 128);        /* CLONE_NEWUTS */
	FLAG(0x00008000, 256);        /* CLONE_PARENT */
	FLAG(0x00100000, 512);        /* CLONE_PARENT_SETTID */
	FLAG(0x00002000, 1024);       /* CLONE_PTRACE */
	FLAG(0x00000800, 2048);       /* CLONE_SIGHAND */
	FLAG(0x00040000, 4096);       /* CLONE_SYSVSEM */
	FLAG(0x00010000, 8192);       /* CLONE_THREAD */
	FLAG(0x00800000, 16384);      /* CLONE_UNTRACED */
	FLAG(0x00000100, 32768);      /* CLONE_VM */
	FLAG(0x10000000, 1048576);    /* CLONE_NEWUSER */
	FLAG(0x00200000, 8388608);    /* CLONE_CHILD_CLEARTID */
	FLAG(0x01000000, 16777216);   /* CLONE_CHILD_SETTID */
	FLAG(0x00080000, 33554432);   /* CLONE_SETTLS */
	FLAG(0x00004000, 134217728);  /* CLONE_VFORK */
	FLAG(0x02000000, 268435456);  /* CLONE_NEWCGROUP */
#undef FLAG
	return flags;
}

/* Everything but the result and flags is the same for all four. The memory that the arguments are read from is the
 * current process's, which the child has too. */
static __always_inline void put_clone(struct event *event, struct task_struct *task, __s64 result, __u32 flags,
				      __u64 namespace_start)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u32 level = own_level(task);

	put_s64(event, result);
	put_own_arguments(event, BPF_CORE_READ(task, mm));
	put_task(event, task);
	put_u32(event, flags);
	put_u32(event, BPF_CORE_READ(cred, euid.val));
	put_u32(event, BPF_CORE_READ(cred, egid.val));
	put_s64(event, number_at(BPF_CORE_READ(task, thread_pid), level));
	put_s64(event, number_at(group_pid(task, PIDTYPE_TGID), level));
	put_u64(event, namespace_start);
}

static __always_inline void put_caller(struct event *event, const struct call *call, __u64 kernel_flags)
{
	struct task_struct *task = current_task();
	__u32 flags = clone_flags(kernel_flags);

	if (BPF_CORE_READ(task, nsproxy, pid_ns_for_children) != pid_namespace_of(task))
		flags |= CHILD_IN_PID_NAMESPACE;
	put_clone(event, task, call->result, flags, 0);
}

static __always_inline void fill_fork_exit(struct event *event, const struct call *call)
{
	put_caller(event, call, 0);
}

static __always_inline void fill_clone_exit(struct event *event, const struct call *call)
{
	put_caller(event, call, argument(call, 0) & 0xffffffff);
}

/* The first member of struct clone_args; the others are not told. */
static __always_inline __u64 clone3_flags(const struct call *call)
{
	__u64 flags = 0;

	if (bpf_probe_read_user(&flags, sizeof(flags), (void *)argument(call, 0)))
		COUNT(unreadable);
	return flags;
}

static __always_inline void fill_clone3_exit(struct event *event, const struct call *call)
{
	put_caller(event, call, clone3_flags(call));
}

static __always_inline void fill_child(struct event *event, struct task_struct *child, __u64 kernel_flags)
{
	struct pid_namespace *namespace = pid_namespace_of(child);
	__u32 flags = clone_flags(kernel_flags);

	if (BPF_CORE_READ(namespace, level) > 0)
		flags |= CHILD_IN_PID_NAMESPACE;
	put_clone(event, child, 0, flags, BPF_CORE_READ(namespace, child_reaper, start_time));
}
